#include "policy/lang/service_set.h"

#include <charconv>
#include <optional>

namespace vitrine::policy {
namespace {

struct Protocol {
  std::string_view name;
  uint8_t number;
  bool has_ports;
};
// IANA protocol numbers.
constexpr Protocol kProtocols[] = {{"tcp", 6, true},   {"udp", 17, true},     {"sctp", 132, false},
                                   {"icmp", 1, false}, {"icmpv6", 58, false}, {"gre", 47, false},
                                   {"esp", 50, false}, {"ah", 51, false},     {"igmp", 2, false},
                                   {"ospf", 89, false}};

std::optional<uint16_t> number(std::string_view text, unsigned limit) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value > limit) {
    return std::nullopt;
  }
  return static_cast<uint16_t>(value);
}

Status bad(std::string_view text) {
  return {Code::kInvalidArgument,
          "'" + std::string(text) +
              "' is not a service: say tcp/443, udp/8000-8999, icmp or ip/47, or the name of one"};
}

}  // namespace

Result<ServiceRange> parse_service(std::string_view text) {
  const size_t slash = text.find('/');
  const std::string_view name = text.substr(0, slash);
  if (name == "ip" && slash != std::string_view::npos) {
    const auto protocol = number(text.substr(slash + 1), 255);
    return protocol ? Result<ServiceRange>(protocol_range(static_cast<uint8_t>(*protocol)))
                    : bad(text);
  }
  for (const Protocol& protocol : kProtocols) {
    if (protocol.name != name) {
      continue;
    }
    if (slash == std::string_view::npos) {
      return protocol_range(protocol.number);
    }
    const std::string_view ports = text.substr(slash + 1);
    const size_t dash = ports.find('-');
    const auto first = number(ports.substr(0, dash), 0xffff);
    const auto last =
        dash == std::string_view::npos ? first : number(ports.substr(dash + 1), 0xffff);
    if (!protocol.has_ports || !first || !last || *last < *first) {
      return bad(text);
    }
    return ServiceRange{service_key(protocol.number, *first), service_key(protocol.number, *last)};
  }
  return bad(text);
}

std::string to_string(const ServiceRange& range) {
  const auto protocol = static_cast<uint8_t>(range.first >> 16);
  std::string name = "ip/" + std::to_string(protocol);
  for (const Protocol& known : kProtocols) {
    if (known.number == protocol) {
      name = known.name;
    }
  }
  if (range == protocol_range(protocol)) {
    return name;
  }
  name += "/" + std::to_string(range.first & 0xffff);
  return range.first == range.last ? name : name + "-" + std::to_string(range.last & 0xffff);
}

}  // namespace vitrine::policy
