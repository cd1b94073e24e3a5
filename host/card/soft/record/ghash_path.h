// GHASH arithmetic, one implementation a kind of processor, chosen when a key is set.
//
// Elements of GF(2^128) are kept in POLYVAL's representation (RFC 8452 appendix A): a block's bytes
// reversed, so that bit i of the 128-bit integer is the coefficient of x^i modulo
// x^128 + x^127 + x^126 + x^121 + 1, and a product carries a factor x^-128. GHASH with H equals the
// same sum with H·x and reversed blocks; nothing needs bit reversal or a shift after a carry-less
// multiply. All paths are constant time in data and key.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "host/base/bytes.h"

namespace vitrine::card::soft {

struct alignas(16) GhashBlock {
  uint64_t low = 0;
  uint64_t high = 0;

  GhashBlock& operator^=(const GhashBlock& other) {
    low ^= other.low;
    high ^= other.high;
    return *this;
  }
  friend bool operator==(const GhashBlock&, const GhashBlock&) = default;
};

// A block as GCM writes it, 16 bytes, to an element and back.
inline GhashBlock load_ghash_block(const uint8_t* bytes) {
  return {load_be64(bytes + 8), load_be64(bytes)};
}
inline void store_ghash_block(uint8_t* bytes, const GhashBlock& block) {
  store_be64(bytes, block.high);
  store_be64(bytes + 8, block.low);
}

// H^32 first, H^1 last: a run of m <= 32 blocks multiplies with the last m entries, in order.
constexpr size_t kGhashStride = 32;
struct GhashPowers {
  GhashBlock descending[kGhashStride];
};

struct GhashPath {
  const char* name;
  GhashBlock (*multiply)(const GhashBlock& a, const GhashBlock& b);
  // Horner's rule: for each block, sum = (sum + block) * H. The blocks are `lead` zero bytes (fewer
  // than 16), then the data, then zeros up to a whole block.
  GhashBlock (*update)(const GhashPowers& powers, GhashBlock sum, const uint8_t* data, size_t lead,
                       size_t size);
};

// Builds such an update() from one for whole blocks, by way of padded copies of the first and last.
template <auto UpdateBlocks>
GhashBlock update_by_blocks(const GhashPowers& powers, GhashBlock sum, const uint8_t* data,
                            size_t lead, size_t size) {
  uint8_t block[16];
  if (lead != 0 && size != 0) {
    const size_t take = std::min(size, 16 - lead);
    std::memset(block, 0, sizeof block);
    std::memcpy(block + lead, data, take);
    sum = UpdateBlocks(powers, sum, block, 1);
    data += take;
    size -= take;
  }
  sum = UpdateBlocks(powers, sum, data, size / 16);
  if (size % 16 != 0) {
    std::memset(block, 0, sizeof block);
    std::memcpy(block, data + size / 16 * 16, size % 16);
    sum = UpdateBlocks(powers, sum, block, 1);
  }
  return sum;
}

// What this processor can run, the fastest first; the portable one is always there, last.
std::span<const GhashPath* const> ghash_paths();

const GhashPath& portable_ghash_path();
#if defined(__x86_64__)
const GhashPath& pclmul_ghash_path();   // needs PCLMULQDQ, SSSE3
const GhashPath& vpclmul_ghash_path();  // needs VPCLMULQDQ, AVX-512 F, BW, VL
#endif

}  // namespace vitrine::card::soft
