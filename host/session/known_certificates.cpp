#include "host/session/known_certificates.h"

namespace vitrine::session {

void KnownCertificates::forget(Entries::iterator entry) {
  index_.erase(entry->key);
  entries_.erase(entry);
}

void KnownCertificates::learn(const FlowFacts& flow, uint64_t trust_epoch, uint64_t now_ns) {
  const Key key = key_of(flow);
  if (const auto found = index_.find(key); found != index_.end()) {
    forget(found->second);
  }
  if (flow.certificate->issuer.size() > kMaxIssuer || capacity_ == 0) {
    return;
  }
  if (entries_.size() >= capacity_) {
    forget(std::prev(entries_.end()));
  }
  entries_.push_front({key, flow.certificate, trust_epoch, now_ns + kMaxAgeNs});
  index_.emplace(key, entries_.begin());
}

std::shared_ptr<const CertificateFacts> KnownCertificates::find(const FlowFacts& flow,
                                                                uint64_t trust_epoch,
                                                                uint64_t now_ns) {
  const auto found = index_.find(key_of(flow));
  if (found == index_.end()) {
    return nullptr;
  }
  if (found->second->trust_epoch != trust_epoch || now_ns >= found->second->until_ns) {
    forget(found->second);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->certificate;
}

}  // namespace vitrine::session
