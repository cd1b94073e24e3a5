#include "host/session/judge.h"

#include <algorithm>

#include <openssl/x509_vfy.h>

#include "host/base/bytes.h"
#include "host/trust/certificate.h"
#include "policy/eval/match.h"

namespace vitrine::session {
namespace {

constexpr const char* kDefaultRule = "(default)";

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  });
  return text;
}

template <typename Rule>
std::string name_of(const std::vector<Rule>& rules, size_t index) {
  return index < rules.size() ? rules[index].name : kDefaultRule;
}

void note_identity(const policy::Rulebook& book, FlowFacts& flow) {
  flow.rules.identity.clear();
  flow.rules.user.clear();
  flow.rules.subject.clear();
  const auto found = policy::identify(book, policy::AddressKey::from(flow.key.source));
  if (!found) {
    return;
  }
  const policy::Subject& subject = book.subjects[found->subject];
  const bool is_user = subject.kind == policy::Subject::Kind::kUser;
  flow.rules.identity = name_of(book.identity, found->rule);
  flow.rules.user = is_user ? subject.name : "";
  flow.rules.subject = (is_user ? "user " : "group ") + subject.name;
}

}  // namespace

uint8_t tls_version_bit(const tls::ClientHello& hello) {
  return hello.offers_version(0x0304)   ? policy::kTls13Bit
         : hello.offers_version(0x0303) ? policy::kTls12Bit
                                        : policy::kTlsOlder;
}

uint16_t certificate_state(const trust::Verdict& verdict) {
  if (verdict.trusted) {
    return policy::kCertificateValid;
  }
  switch (verdict.code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return policy::kCertificateExpired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return policy::kCertificateNotYetValid;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return policy::kCertificateSelfSigned | policy::kCertificateUntrusted;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return policy::kCertificateWrongName;
    case X509_V_ERR_CERT_REVOKED:
      return policy::kCertificateRevoked;
    default:
      return policy::kCertificateUntrusted;
  }
}

CertificateFacts certificate_facts(const X509* certificate, const trust::Verdict& verdict) {
  return {lower(trust::issuer_of(certificate)), to_hex(trust::digest_of(certificate)),
          certificate_state(verdict)};
}

policy::Facts policy_facts(const FlowFacts& flow, int64_t wall_ms) {
  policy::Facts facts;
  facts.key = flow.key;
  facts.wall_ms = wall_ms;
  facts.known = flow.known;
  facts.server_name = policy::normal_host(flow.server_name);
  facts.tls_version = flow.offered_version;
  if (flow.certificate != nullptr) {
    facts.known.certificate = policy::Known::kYes;
    facts.issuer = flow.certificate->issuer;
    facts.fingerprint = flow.certificate->fingerprint;
    facts.certificate_state = flow.certificate->state;
  }
  return facts;
}

policy::Decided judge(const ActivePolicy& active, const FlowFacts& flow, int64_t wall_ms) {
  return active.evaluator->decide(policy_facts(flow, wall_ms));
}

void note_decision(const ActivePolicy& active, const policy::Decided& decided, FlowFacts& flow) {
  const policy::Rulebook& book = active.book();
  flow.configuration_version = active.version;
  flow.decrypt = decided.decrypt;
  flow.rules = {};
  note_identity(book, flow);
  switch (decided.by) {
    case policy::DecidedBy::kDecryption:
      flow.rules.decryption = name_of(book.decryption, decided.rule);
      break;
    case policy::DecidedBy::kAccess:
      flow.rules.access = name_of(book.access, decided.rule);
      return;
    case policy::DecidedBy::kQuic:
      flow.rules.access = "quic";
      return;
  }
  if (decided.access.decided && decided.ruling != policy::Ruling::kDeny && !book.access.empty()) {
    flow.rules.access = name_of(book.access, decided.access.rule);
  }
}

}  // namespace vitrine::session
