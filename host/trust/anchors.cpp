#include "host/trust/anchors.h"

namespace vitrine::trust {

void AnchorIndex::add(std::shared_ptr<const Facts> facts, AnchorOrigin origin) {
  const unsigned long hash = facts->subject_hash;
  by_subject_.emplace(hash, Anchor{std::move(facts), origin});
}

std::vector<const Anchor*> AnchorIndex::issuers_of(const Facts& facts) const {
  std::vector<const Anchor*> found;
  const auto [begin, end] = by_subject_.equal_range(facts.issuer_hash);
  for (auto it = begin; it != end; ++it) {
    if (X509_NAME_cmp(X509_get_subject_name(it->second.facts->x509()),
                      X509_get_issuer_name(facts.x509())) == 0) {
      found.push_back(&it->second);
    }
  }
  return found;
}

const Anchor* AnchorIndex::find(const Facts& facts) const {
  const auto [begin, end] = by_subject_.equal_range(facts.subject_hash);
  for (auto it = begin; it != end; ++it) {
    if (it->second.facts->digest == facts.digest) {
      return &it->second;
    }
  }
  return nullptr;
}

}  // namespace vitrine::trust
