// card::FlowKey as vitrine_pkg::flow_key_t on a Verilated port.
//
// The struct is packed: its last field is in the lowest bits.
#pragma once

#include <cstddef>
#include <cstdint>

#include "host/card/types.h"

namespace vitrine::bench {

// Puts `bits` bits of value at bit `at` of a wide port. REQUIRES: 0 < bits <= 32.
template <typename Wide>
void put_bits(Wide& wide, size_t at, size_t bits, uint32_t value) {
  const size_t word = at / 32;
  const size_t shift = at % 32;
  const uint64_t mask = (~uint64_t{0} >> (64 - bits)) << shift;
  const uint64_t placed = uint64_t{value} << shift & mask;
  wide[word] = static_cast<uint32_t>((wide[word] & ~mask) | placed);
  if (shift + bits > 32) {
    wide[word + 1] = static_cast<uint32_t>((wide[word + 1] & ~(mask >> 32U)) | placed >> 32U);
  }
}

template <typename Wide>
void put_address(Wide& wide, size_t at, const IpAddress& address) {
  for (size_t byte = 0; byte < 16; ++byte) {
    put_bits(wide, at + 8 * (15 - byte), 8, address.bytes[byte]);
  }
}

// The IP version is the source address's: 0 where the frame is not IP.
template <typename Wide>
void put_flow_key(Wide& wide, const card::FlowKey& key) {
  put_bits(wide, 0, 16, key.destination_port);
  put_bits(wide, 16, 16, key.source_port);
  put_address(wide, 32, key.destination);
  put_address(wide, 160, key.source);
  put_bits(wide, 288, 8, key.protocol);
  put_bits(wide, 296, 4, key.source.version);
  put_bits(wide, 300, 13, key.vlan.inner);
  put_bits(wide, 313, 13, key.vlan.outer);
  put_bits(wide, 326, 2, static_cast<uint32_t>(key.ingress));
}

}  // namespace vitrine::bench
