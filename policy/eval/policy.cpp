#include "policy/eval/policy.h"

#include <algorithm>
#include <utility>

namespace vitrine::policy {

DecryptAllPolicy::DecryptAllPolicy(uint32_t configuration_version, std::vector<IpNetwork> bypassed)
    : configuration_version_(configuration_version), bypassed_(std::move(bypassed)) {}

bool DecryptAllPolicy::is_bypassed(const IpAddress& address) const {
  return std::any_of(bypassed_.begin(), bypassed_.end(),
                     [&](const IpNetwork& network) { return network.contains(address); });
}

Verdict DecryptAllPolicy::decide(const ConnectionFacts& facts) const {
  if (is_bypassed(facts.client.address) || is_bypassed(facts.server.address)) {
    return {Decision::kDoNotDecrypt, kBypassRule};
  }
  return {Decision::kDecrypt, kDecryptRule};
}

}  // namespace vitrine::policy
