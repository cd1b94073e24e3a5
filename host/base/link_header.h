// Ethernet II and VLAN tags as bytes: sizes and the ethertypes that are told apart.
//
// Two addresses, at most two tags (IEEE 802.1Q, 802.1ad), then the ethertype of what follows.
// Offsets and sizes are in bytes, ethertypes are host integers of big-endian fields.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vitrine {

constexpr size_t kMacAddressesSize = 12;  // also where the first ethertype is
constexpr size_t kEthernetSize = 14;
constexpr size_t kVlanTagSize = 4;
constexpr size_t kMaxVlanTags = 2;
constexpr size_t kMaxLinkSize = kEthernetSize + kMaxVlanTags * kVlanTagSize;
constexpr uint16_t kVlanIdMask = 0x0fff;

constexpr uint16_t kEtherIpv4 = 0x0800;
constexpr uint16_t kEtherIpv6 = 0x86dd;
constexpr uint16_t kEtherVlan = 0x8100;         // IEEE 802.1Q
constexpr uint16_t kEtherServiceVlan = 0x88a8;  // IEEE 802.1ad

constexpr bool is_vlan(uint16_t ethertype) {
  return ethertype == kEtherVlan || ethertype == kEtherServiceVlan;
}

}  // namespace vitrine
