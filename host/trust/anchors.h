// Certificates that end a path, by their subject.
//
// Ownership: shares the certificates. Threads: as a value; immutable once inside Anchors.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "host/trust/facts.h"
#include "host/trust/path.h"

namespace vitrine::trust {

enum class AnchorOrigin : uint8_t {
  kSystem,    // vetted by a root programme: profile webpki below it, itself taken as it is
  kFile,      // stands for a public root (`vitrine trust check --roots`): webpki, itself included
  kImported,  // a private CA that the operator chose: profile rfc5280
};

struct Anchor {
  std::shared_ptr<const Facts> facts;
  AnchorOrigin origin;

  Profile profile() const {
    return origin == AnchorOrigin::kImported ? Profile::kRfc5280 : Profile::kWebPki;
  }
};

class AnchorIndex {
 public:
  void add(std::shared_ptr<const Facts> facts, AnchorOrigin origin);
  // Those whose subject is the issuer of `facts`; borrowed.
  std::vector<const Anchor*> issuers_of(const Facts& facts) const;
  // This very certificate, null where it is no anchor; borrowed.
  const Anchor* find(const Facts& facts) const;
  size_t size() const { return by_subject_.size(); }

 private:
  std::unordered_multimap<unsigned long, Anchor> by_subject_;  // by hash of the subject
};

}  // namespace vitrine::trust
