#include "policy/lang/address_set.h"

#include <algorithm>
#include <array>

namespace vitrine::policy {
namespace {

unsigned width(const AddressKey& key) { return key.version == 4 ? 32 : 128; }

// The key with its last `bits` bits set to `ones`.
AddressKey with_tail(AddressKey key, unsigned bits, bool ones) {
  const auto mask = [](unsigned n) { return n >= 64 ? ~uint64_t{0} : (uint64_t{1} << n) - 1; };
  const uint64_t low = mask(std::min(bits, 64U));
  const uint64_t high = bits > 64 ? mask(bits - 64) : 0;
  key.low = ones ? key.low | low : key.low & ~low;
  key.high = ones ? key.high | high : key.high & ~high;
  return key;
}

}  // namespace

AddressKey AddressKey::from(const IpAddress& address) {
  if (address.is_v6()) {
    return {6, load_be64(address.bytes.data()), load_be64(address.bytes.data() + 8)};
  }
  return {4, 0, load_be32(address.bytes.data())};
}

IpAddress AddressKey::address() const {
  IpAddress out;
  out.version = version;
  if (version == 6) {
    store_be64(out.bytes.data(), high);
    store_be64(out.bytes.data() + 8, low);
  } else {
    store_be32(out.bytes.data(), static_cast<uint32_t>(low));
  }
  return out;
}

AddressKey AddressSpace::next(const Key& key) {
  if (key == kLastV4) {
    return kFirstV6;
  }
  return {key.version, key.high + (key.low == ~uint64_t{0} ? 1 : 0), key.low + 1};
}

AddressKey AddressSpace::previous(const Key& key) {
  if (key == kFirstV6) {
    return kLastV4;
  }
  return {key.version, key.high - (key.low == 0 ? 1 : 0), key.low - 1};
}

AddressRange range_of(const IpNetwork& network) {
  const AddressKey first = AddressKey::from(network.address);
  return {first, with_tail(first, width(first) - network.prefix_length, true)};
}

Result<AddressRange> parse_addresses(std::string_view text) {
  const size_t dash = text.find('-');
  if (dash == std::string_view::npos) {
    const auto network = IpNetwork::parse(text);
    return network ? Result<AddressRange>(range_of(*network)) : network.status();
  }
  const auto first = IpAddress::parse(text.substr(0, dash));
  const auto last = IpAddress::parse(text.substr(dash + 1));
  if (!first || !last) {
    return first ? last.status() : first.status();
  }
  const AddressRange range{AddressKey::from(*first), AddressKey::from(*last)};
  if (range.first.version != range.last.version || range.last < range.first) {
    return {
        Code::kInvalidArgument,
        "'" + std::string(text) + "': a range goes from a lower to a higher address of one family"};
  }
  return range;
}

std::vector<IpNetwork> networks_of(const AddressSet& set) {
  std::vector<IpNetwork> networks;
  for (AddressRange range : set.ranges()) {
    while (true) {
      const unsigned bits = width(range.first);
      unsigned tail = 0;  // grow while aligned and inside
      while (tail < bits && with_tail(range.first, tail + 1, false) == range.first &&
             !(range.last < with_tail(range.first, tail + 1, true))) {
        ++tail;
      }
      networks.push_back({range.first.address(), static_cast<uint8_t>(bits - tail)});
      const AddressKey end = with_tail(range.first, tail, true);
      if (!(end < range.last)) {
        break;
      }
      range.first = AddressSpace::next(end);
    }
  }
  return networks;
}

std::string to_string(const AddressRange& range) {
  const std::string first = range.first.address().to_string();
  return range.first == range.last ? first : first + "-" + range.last.address().to_string();
}

}  // namespace vitrine::policy
