#include "host/base/net.h"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>

namespace vitrine {

IpAddress IpAddress::from_bytes(Bytes network_order) {
  IpAddress address;
  address.version = network_order.size() == 16 ? 6 : 4;
  std::copy(network_order.begin(), network_order.end(), address.bytes.begin());
  return address;
}

Result<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string terminated(text);
  IpAddress address;
  if (inet_pton(AF_INET, terminated.c_str(), address.bytes.data()) == 1) {
    return address;
  }
  address.version = 6;
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) {
    return address;
  }
  return {Code::kInvalidArgument, "'" + terminated + "' is neither an IPv4 nor an IPv6 address"};
}

std::string IpAddress::to_string() const {
  char text[INET6_ADDRSTRLEN];
  inet_ntop(is_v6() ? AF_INET6 : AF_INET, bytes.data(), text, sizeof text);
  return text;
}

std::string Endpoint::to_string() const {
  const std::string host = address.to_string();
  return (address.is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<IpNetwork> IpNetwork::parse(std::string_view text) {
  const size_t slash = text.find('/');
  auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) {
    return address.status();
  }
  const auto bits = static_cast<uint8_t>(address->size() * 8);
  IpNetwork network{*address, bits};
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), network.prefix_length);
    if (error != std::errc() || end != digits.data() + digits.size() ||
        network.prefix_length > bits) {
      return {
          Code::kInvalidArgument,
          "'" + std::string(text) + "': the prefix length must be 0 to " + std::to_string(bits)};
    }
  }
  for (unsigned bit = network.prefix_length; bit < bits; ++bit) {
    if ((address->bytes[bit / 8] >> (7 - bit % 8) & 1) != 0) {
      return {Code::kInvalidArgument, "'" + std::string(text) + "' has bits set beyond /" +
                                          std::to_string(network.prefix_length)};
    }
  }
  return network;
}

bool IpNetwork::contains(const IpAddress& candidate) const {
  if (candidate.version != address.version) {
    return false;
  }
  const size_t whole = prefix_length / 8;
  if (!std::equal(address.bytes.begin(), address.bytes.begin() + whole, candidate.bytes.begin())) {
    return false;
  }
  const unsigned rest = prefix_length % 8;
  return rest == 0 || (address.bytes[whole] ^ candidate.bytes[whole]) >> (8 - rest) == 0;
}

std::string IpNetwork::to_string() const {
  return address.to_string() + "/" + std::to_string(prefix_length);
}

}  // namespace vitrine
