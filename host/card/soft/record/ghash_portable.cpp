// Carry-less multiplication with ordinary multiplications: each operand is split into five parts
// that hold every fifth bit, so that the at most 13 ones that meet in a column of a product cannot
// carry into the next column that counts. Constant time where the processor's multiplication is.
#include "host/card/soft/record/ghash_path.h"

namespace vitrine::card::soft {
namespace {

__extension__ typedef unsigned __int128 Wide;

constexpr size_t kHoles = 5;

constexpr Wide every_fifth_bit(size_t first) {
  Wide mask = 0;
  for (size_t bit = first; bit < 128; bit += kHoles) {
    mask |= static_cast<Wide>(1) << bit;
  }
  return mask;
}

Wide carryless(uint64_t a, uint64_t b) {
  uint64_t a_part[kHoles];
  uint64_t b_part[kHoles];
  for (size_t i = 0; i < kHoles; ++i) {
    a_part[i] = a & static_cast<uint64_t>(every_fifth_bit(i));
    b_part[i] = b & static_cast<uint64_t>(every_fifth_bit(i));
  }
  Wide product = 0;
  for (size_t column = 0; column < kHoles; ++column) {
    Wide sum = 0;
    for (size_t i = 0; i < kHoles; ++i) {
      const size_t j = (column + kHoles - i) % kHoles;
      sum ^= static_cast<Wide>(a_part[i]) * b_part[j];
    }
    product |= sum & every_fifth_bit(column);
  }
  return product;
}

// Divides by x^128: adds the multiple of the field's polynomial that clears the low half, word by
// word.
GhashBlock reduce(Wide low, Wide high) {
  const auto w0 = static_cast<uint64_t>(low);
  const auto w1 = static_cast<uint64_t>(low >> 64) ^ (w0 << 63) ^ (w0 << 62) ^ (w0 << 57);
  const uint64_t w2 = static_cast<uint64_t>(high) ^ w0 ^ (w0 >> 1) ^ (w0 >> 2) ^ (w0 >> 7) ^
                      (w1 << 63) ^ (w1 << 62) ^ (w1 << 57);
  const uint64_t w3 = static_cast<uint64_t>(high >> 64) ^ w1 ^ (w1 >> 1) ^ (w1 >> 2) ^ (w1 >> 7);
  return {w2, w3};
}

GhashBlock multiply(const GhashBlock& a, const GhashBlock& b) {
  const Wide low = carryless(a.low, b.low);
  const Wide high = carryless(a.high, b.high);
  const Wide middle = carryless(a.low ^ a.high, b.low ^ b.high) ^ low ^ high;
  return reduce(low ^ (middle << 64), high ^ (middle >> 64));
}

GhashBlock update(const GhashPowers& powers, GhashBlock sum, const uint8_t* data, size_t blocks) {
  const GhashBlock& h = powers.descending[kGhashStride - 1];
  for (size_t i = 0; i < blocks; ++i) {
    sum ^= load_ghash_block(data + 16 * i);
    sum = multiply(sum, h);
  }
  return sum;
}

constexpr GhashPath kPath{"portable", multiply, update_by_blocks<update>};

}  // namespace

const GhashPath& portable_ghash_path() { return kPath; }

}  // namespace vitrine::card::soft
