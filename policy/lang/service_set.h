// Sets of services: an IP protocol with, for TCP and UDP, destination ports.
//
// A service is the integer protocol << 16 | port, so that a whole protocol is one range.  Protocols
// without ports are looked up with port 0, as the card does.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "host/base/status.h"
#include "policy/lang/interval_set.h"

namespace vitrine::policy {

struct ServiceSpace {
  using Key = uint32_t;
  static constexpr Key kFirst = 0;
  static constexpr Key kLast = 0xffffff;
  static Key next(Key key) { return key + 1; }
  static Key previous(Key key) { return key - 1; }
};

using ServiceSet = IntervalSet<ServiceSpace>;
using ServiceRange = ServiceSet::Range;

constexpr uint8_t kTcp = 6;
constexpr uint8_t kUdp = 17;
constexpr uint16_t kHttps = 443;

constexpr uint32_t service_key(uint8_t protocol, uint16_t port) {
  return static_cast<uint32_t>(protocol) << 16 | port;
}
constexpr ServiceRange protocol_range(uint8_t protocol) {
  return {service_key(protocol, 0), service_key(protocol, 0xffff)};
}

// "tcp", "tcp/443", "udp/8000-8999", "icmp", "ip/47".
Result<ServiceRange> parse_service(std::string_view text);
// "tcp/443", "udp/8000-8999", "icmp", "ip/47"; REQUIRES: within one protocol.
std::string to_string(const ServiceRange& range);

}  // namespace vitrine::policy
