// Blocks and wide ports: NIST's byte order (byte 0 in a port's top bits), and OpenSSL's AES as
// judge.
//
// Values; no threads.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string_view>
#include <vector>

#include <verilated.h>

#include "host/base/bytes.h"

namespace vitrine::bench {

using ByteVector = std::vector<uint8_t>;
using Block = std::array<uint8_t, 16>;

ByteVector random_bytes(std::mt19937_64& random, size_t size);
ByteVector from_hex(std::string_view hex);

// One block under a key of 16 or 32 bytes.
Block aes_encrypt(Bytes key, Bytes block);
// Multiplication in GCM's field (SP 800-38D section 6.3), bit by bit.
Block gf_multiply(const Block& left, const Block& right);
// `base` to the `exponent`.
Block gf_power(const Block& base, uint64_t exponent);
void operator^=(Block& left, const Block& right);
Block to_block(Bytes bytes);  // REQUIRES: 16 bytes

// REQUIRES: as many bytes as the port has.
template <size_t kWords>
void put_top(VlWide<kWords>& port, Bytes bytes) {
  for (size_t word = 0; word < kWords; ++word) {
    const uint8_t* const at = bytes.data() + 4 * (kWords - 1 - word);
    port[word] = static_cast<uint32_t>(at[0]) << 24 | static_cast<uint32_t>(at[1]) << 16 |
                 static_cast<uint32_t>(at[2]) << 8 | at[3];
  }
}
template <size_t kWords>
ByteVector get_top(const VlWide<kWords>& port, size_t size) {
  ByteVector bytes(size);
  for (size_t i = 0; i < size; ++i) {
    const size_t from_low = size - 1 - i;
    bytes[i] = static_cast<uint8_t>(port[from_low / 4] >> (8 * (from_low % 4)));
  }
  return bytes;
}

}  // namespace vitrine::bench
