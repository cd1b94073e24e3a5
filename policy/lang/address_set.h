// Sets of addresses of both families in one ordered space: all of IPv4, then all of IPv6.
//
// Keys are host integers; the first bit of an address is the highest of `high` (IPv6) or bit 31 of
// `low` (IPv4).
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/net.h"
#include "host/base/status.h"
#include "policy/lang/interval_set.h"

namespace vitrine::policy {

struct AddressKey {
  uint8_t version = 4;
  uint64_t high = 0;
  uint64_t low = 0;

  static AddressKey from(const IpAddress& address);
  IpAddress address() const;
  auto operator<=>(const AddressKey&) const = default;
};

struct AddressSpace {
  using Key = AddressKey;
  static constexpr Key kFirst{4, 0, 0};
  static constexpr Key kLastV4{4, 0, 0xffffffff};
  static constexpr Key kFirstV6{6, 0, 0};
  static constexpr Key kLast{6, ~uint64_t{0}, ~uint64_t{0}};
  // REQUIRES: not the last, not the first.
  static Key next(const Key& key);
  static Key previous(const Key& key);
};

using AddressSet = IntervalSet<AddressSpace>;
using AddressRange = AddressSet::Range;

AddressRange range_of(const IpNetwork& network);
// "192.0.2.0/24", "192.0.2.1", "192.0.2.1-192.0.2.9", and the same in IPv6.
Result<AddressRange> parse_addresses(std::string_view text);
// The fewest networks that make up the set, in order.
std::vector<IpNetwork> networks_of(const AddressSet& set);
// "192.0.2.1", "192.0.2.0-192.0.2.9"
std::string to_string(const AddressRange& range);

}  // namespace vitrine::policy
