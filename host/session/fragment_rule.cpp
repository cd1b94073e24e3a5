#include "host/session/fragment_rule.h"

#include "host/base/ip_header.h"
#include "host/session/datagram.h"

namespace vitrine::session {

bool may_pass_unclassified(Bytes frame, bool block_quic) {
  constexpr uint16_t kHttps = 443;
  const auto datagram = parse_datagram(frame, card::Port::kInside);
  if (!datagram || datagram->key.protocol == kProtocolTcp) {
    return false;
  }
  return !block_quic || datagram->key.protocol != kProtocolUdp || !datagram->has_ports ||
         datagram->key.destination_port != kHttps;
}

}  // namespace vitrine::session
