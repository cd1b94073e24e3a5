// Inspection's handshakes: the server leg first, then a leaf forged after its certificate, then the
// client leg with the version, suite and ALPN that the server leg came to.
#include <utility>

#include "host/session/http_judge.h"
#include "host/session/inspection.h"
#include "host/session/judge.h"
#include "host/session/leaf_choice.h"
#include "host/session/resign.h"

namespace vitrine::session {
namespace {

SocketEnd end_of(const LegSocket& side) { return {side.end_of_file(), side.socket_error()}; }

}  // namespace

void Inspection::start_server_leg() {
  tls::ServerLegConfig leg_config;
  leg_config.hello = &hello_;
  leg_config.client = facts_.key.source;
  leg_config.server = facts_.server();
  leg_config.verifier = make_verifier();
  leg_config.trust_epoch = context_.services.verifier.epoch();
  auto leg = context_.services.legs.make_server_leg(leg_config);
  if (!leg) {
    fail(unofferable(hello_, leg.status(), context_.services.legs.refusal_alert(hello_)));
    return;
  }
  pump_.server().set_leg(std::move(leg).value());
  run();
}

tls::PeerVerifier Inspection::make_verifier() const {
  trust::Verifier& verifier = context_.services.verifier;
  return
      [&verifier, name = name_, resign = facts_.decrypt.resign_untrusted](STACK_OF(X509) * chain) {
        const trust::Verdict verdict = verifier.verify(chain, name);
        tls::PeerVerdict result;
        result.error = verdict.trusted ? X509_V_OK : verdict.code;
        result.depth = verdict.depth;
        result.text = verdict.text;
        result.subject = verdict.subject;
        result.issuer = verdict.issuer;
        result.tolerated = resign && can_be_shown(verdict);
        return result;
      };
}

bool Inspection::step_server_handshake() {
  pump_.run();
  const tls::Leg* leg = pump_.server().leg();
  if (leg == nullptr) {
    return false;
  }
  if (leg->progress() == tls::Progress::kHandshaking && pump_.server().socket_error() == 0) {
    return false;
  }
  if (leg->progress() != tls::Progress::kEstablished) {
    fail(server_failure(leg->report(), end_of(pump_.server()),
                        context_.services.legs.policy().integrity_only));
    return true;
  }
  const tls::LegReport report = leg->report();
  facts_.server_version = report.version_text;
  facts_.server_suite = report.cipher;
  facts_.alpn = report.alpn;
  if (report.verdict.has_value() && report.verdict->tolerated) {
    facts_.shown_fault = ShownFault{cause_of_verify_error(report.verdict->error),
                                    verification_text(*report.verdict)};
    context_.totals.add(Count::kShownUntrusted);
  }
  if (report.resumed) {
    context_.totals.add(Count::kResumedUpstream);
  }
  forge_leaf();
  return stage_ != Stage::kForging;
}

void Inspection::forge_leaf() {
  stage_ = Stage::kForging;
  X509* certificate = pump_.server().leg()->peer_certificate();
  if (certificate == nullptr) {
    on_leaf(Status(Code::kInternal, "the server showed no certificate"));
    return;
  }
  facts_.server_subject = trust::subject_of(certificate);
  facts_.server_issuer = trust::issuer_of(certificate);
  signer::ForgeRequest request;
  request.server_certificate = certificate;
  request.name = name_;
  request.untrusted = facts_.shown_fault.has_value();
  request.key_type = choose_key_type(hello_, pump_.server().leg()->version(),
                                     pump_.server().leg()->report().suite);
  context_.services.forge.forge(
      request, [weak = weak_from_this()](Result<std::shared_ptr<const signer::ForgedLeaf>> leaf) {
        if (const auto self = weak.lock()) {
          self->on_leaf(std::move(leaf));
          self->run();
        }
      });
}

void Inspection::on_leaf(Result<std::shared_ptr<const signer::ForgedLeaf>> leaf) {
  if (stage_ != Stage::kForging) {
    return;  // failed meanwhile
  }
  if (!leaf) {
    fail({events::Leg::kClient, events::Cause::kSignerFailed, "", leaf.status().message(),
          tls::Alert::kInternalError});
    return;
  }
  start_client_leg((*leaf)->served);
}

// The server's certificate is known, and was trusted, or this leg would not be there.
std::unique_ptr<inspect::AccessJudge> Inspection::content_rules() const {
  const Services& services = context_.services;
  if (services.http_judge) {
    return services.http_judge(facts_);
  }
  policy::Facts facts = policy_facts(facts_, services.clock.wall_ms());
  if (facts_.certificate == nullptr) {
    trust::Verdict trusted;
    trusted.trusted = true;
    CertificateFacts seen = certificate_facts(pump_.server().leg()->peer_certificate(), trusted);
    facts.known.certificate = policy::Known::kYes;
    facts.issuer = std::move(seen.issuer);
    facts.fingerprint = std::move(seen.fingerprint);
    facts.certificate_state = seen.state;
  }
  return HttpJudge::make(services.policy->evaluator, std::move(facts));
}

void Inspection::start_client_leg(std::shared_ptr<const tls::ServedLeaf> leaf) {
  tls::ClientLegConfig leg_config;
  leg_config.leaf = std::move(leaf);
  leg_config.version = pump_.server().leg()->version();
  leg_config.preferred_key_bytes = pump_.server().leg()->key_bytes();
  leg_config.server_suite = pump_.server().leg()->report().suite;
  leg_config.alpn = pump_.server().leg()->alpn();
  auto leg = context_.services.legs.make_client_leg(leg_config);
  if (!leg) {
    fail({events::Leg::kClient, events::Cause::kInternal, "", leg.status().message(),
          tls::Alert::kInternalError});
    return;
  }
  pump_.client().set_leg(std::move(leg).value());
  if (config().inspect_content) {
    content_ = std::make_unique<Content>(context_, facts_, content_rules());
    pump_.set_gate(content_.get());
  }
  stage_ = Stage::kClientHandshake;
}

bool Inspection::step_client_handshake() {
  pump_.run();
  const tls::Leg* leg = pump_.client().leg();
  const tls::Leg* server = pump_.server().leg();
  if (server->progress() == tls::Progress::kFailed || pump_.server().socket_error() != 0) {
    fail(server_failure(server->report(), end_of(pump_.server()),
                        context_.services.legs.policy().integrity_only));
    return true;
  }
  switch (leg->progress()) {
    case tls::Progress::kHandshaking:
      if (pump_.client().socket_error() == 0 && !pump_.client().end_of_file()) {
        return false;
      }
      [[fallthrough]];
    case tls::Progress::kFailed:
      fail(blame(facts_, client_failure(leg->report(), end_of(pump_.client()))));
      return true;
    case tls::Progress::kEstablished:
    case tls::Progress::kClosed:
      established();
      return true;
  }
  return false;
}

void Inspection::established() {
  const tls::LegReport report = pump_.client().leg()->report();
  facts_.client_version = report.version_text;
  facts_.client_suite = report.cipher;
  facts_.state = api::FlowState::kRelayed;
  stage_ = Stage::kRelay;
  deadline_ns_ = 0;
  context_.totals.add(Count::kHandshakesCompleted);
  publish_established(context_.services.hub, facts_, *pump_.server().leg());
  if (const auto obstacle = tls::splice_obstacle(*pump_.server().leg(), *pump_.client().leg())) {
    relay_for_good(*obstacle);
  } else if (content_ != nullptr && content_->judges()) {
    relay_for_good("access rules ask for the content");
  } else {
    begin_handover();
  }
}

}  // namespace vitrine::session
