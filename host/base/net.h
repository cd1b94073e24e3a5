// Addresses of both families, endpoints and networks, as values.
//
// Bytes are in network order. An IPv4 address uses the first four bytes; the rest are zero, so that
// values compare and hash as bytes.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "host/base/bytes.h"
#include "host/base/status.h"

namespace vitrine {

using MacAddress = std::array<uint8_t, 6>;

struct IpAddress {
  std::array<uint8_t, 16> bytes{};
  uint8_t version = 4;  // 4 or 6

  // REQUIRES: 4 or 16 bytes.
  static IpAddress from_bytes(Bytes network_order);
  // "192.0.2.1" or "2001:db8::1".
  static Result<IpAddress> parse(std::string_view text);

  bool is_v6() const { return version == 6; }
  size_t size() const { return is_v6() ? 16 : 4; }
  Bytes view() const { return {bytes.data(), size()}; }
  std::string to_string() const;
  auto operator<=>(const IpAddress&) const = default;
};

struct Endpoint {
  IpAddress address;
  uint16_t port = 0;

  // "192.0.2.1:443" or "[2001:db8::1]:443".
  std::string to_string() const;
  auto operator<=>(const Endpoint&) const = default;
};

struct IpNetwork {
  IpAddress address;  // host bits are zero
  uint8_t prefix_length = 0;

  // "192.0.2.0/24", "2001:db8::/32", or a bare address (a network of one). Set host bits are an
  // error.
  static Result<IpNetwork> parse(std::string_view text);
  bool contains(const IpAddress& candidate) const;
  std::string to_string() const;
  auto operator<=>(const IpNetwork&) const = default;
};

}  // namespace vitrine
