#include "host/card/flow_hash.h"

#include <algorithm>
#include <cstdlib>

namespace vitrine::card {

PackedFlowKey pack(const FlowKey& key) {
  PackedFlowKey out{};
  out[0] = static_cast<uint8_t>(key.ingress);
  out[1] = key.protocol;
  out[2] = key.source.version;
  store_be16(&out[4], key.vlan.outer);
  store_be16(&out[6], key.vlan.inner);
  store_be16(&out[8], key.source_port);
  store_be16(&out[10], key.destination_port);
  std::copy_n(key.source.bytes.begin(), 16, out.begin() + 16);
  std::copy_n(key.destination.bytes.begin(), 16, out.begin() + 32);
  return out;
}

FlowKeyHash::FlowKeyHash() {
  const auto secret = random_sip_key();
  if (!secret) {
    std::abort();
  }
  secret_ = *secret;
}

}  // namespace vitrine::card
