// Inspection's judgement of the server's certificate: what rules on it say once the server has
// shown it, and has proved by finishing its handshake that it is its own.
#include "host/session/inspection.h"
#include "host/session/judge.h"
#include "host/session/resign.h"

namespace vitrine::session {
namespace {

trust::Verdict verdict_of(const tls::LegReport& report) {
  trust::Verdict verdict;
  verdict.trusted = report.verdict.has_value() && report.verdict->trusted();
  verdict.code = report.verdict.has_value() ? report.verdict->error : X509_V_ERR_UNSPECIFIED;
  verdict.depth = report.verdict.has_value() ? report.verdict->depth : 0;
  return verdict;
}

}  // namespace

bool Inspection::judge_certificate(const tls::LegReport& report) {
  const X509* certificate = pump_.server().leg()->peer_certificate();
  if (certificate == nullptr) {
    return true;  // forge_leaf() says so
  }
  const trust::Verdict verdict = verdict_of(report);
  facts_.certificate =
      std::make_shared<const CertificateFacts>(certificate_facts(certificate, verdict));
  const ActivePolicy& active = *context_.services.policy;
  const int64_t wall_ms = context_.services.clock.wall_ms();
  if (!facts_.certificate_pending) {
    // Decided already; but an access rule may deny by the certificate. A connection that goes on
    // under an older policy is not judged by the new one.
    const policy::Decided decided = judge(active, facts_, wall_ms);
    if (facts_.configuration_version == active.version && decided.ruling == policy::Ruling::kDeny) {
      note_decision(active, decided, facts_);
      deny_by_certificate();
      return false;
    }
    return true;
  }
  facts_.certificate_pending = false;
  context_.certificates.learn(facts_, context_.services.verifier.epoch(), now());
  context_.totals.add(Count::kCertificatesLearned);
  const policy::Decided decided = judge(active, facts_, wall_ms);
  note_decision(active, decided, facts_);
  switch (decided.ruling) {
    case policy::Ruling::kDecrypt:
      if (verdict.trusted || (facts_.decrypt.resign_untrusted && can_be_shown(verdict))) {
        return true;
      }
      fail(untrusted_failure(report));
      return false;
    case policy::Ruling::kDeny:
      deny_by_certificate();
      return false;
    case policy::Ruling::kDoNotDecrypt:
      end_undecrypted({events::Leg::kServer,
                       events::Cause::kCertificateLearned,
                       "",
                       "the rules leave this server alone by its certificate, which had to be "
                       "learnt first",
                       {}});
      return false;
    case policy::Ruling::kNeedMore:
      end_undecrypted({events::Leg::kServer,
                       events::Cause::kPolicyUndecided,
                       "",
                       "the policy does not decide by all that can be known",
                       {}});
      return false;
  }
  return true;
}

void Inspection::deny_by_certificate() {
  context_.totals.add(Count::kDenied);
  publish_denied(context_.services.hub, facts_, events::Cause::kPolicyDenied);
  reported_ = true;
  connection_->abort();
  leave();
}

// Both ends are reset, so that the client tries again, rather than told of a fault.
void Inspection::end_undecrypted(const Failure& failure) {
  publish_abort(context_.services.hub, facts_, failure, nullptr, pump_.server().leg());
  reported_ = true;
  connection_->abort();
  leave();
}

}  // namespace vitrine::session
