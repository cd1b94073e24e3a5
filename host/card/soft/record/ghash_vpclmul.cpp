// GHASH with VPCLMULQDQ on 512-bit registers: four blocks an instruction, up to 32 products added
// before one reduction.
#include "host/card/soft/record/ghash_path.h"

#if defined(__x86_64__)
#include <algorithm>

#include <immintrin.h>

#define VITRINE_VPCLMUL \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,vpclmulqdq,pclmul,ssse3")))

namespace vitrine::card::soft {
namespace {

struct Product {
  __m512i low;
  __m512i middle;
  __m512i high;
};

VITRINE_VPCLMUL inline __m512i reverse_bytes(__m512i x) {
  const __m128i order = _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return _mm512_shuffle_epi8(x, _mm512_broadcast_i32x4(order));
}

VITRINE_VPCLMUL inline void multiply_add(Product& sum, __m512i a, __m512i b) {
  sum.low = _mm512_xor_si512(sum.low, _mm512_clmulepi64_epi128(a, b, 0x00));
  sum.high = _mm512_xor_si512(sum.high, _mm512_clmulepi64_epi128(a, b, 0x11));
  sum.middle = _mm512_ternarylogic_epi64(sum.middle, _mm512_clmulepi64_epi128(a, b, 0x01),
                                         _mm512_clmulepi64_epi128(a, b, 0x10), 0x96);
}

VITRINE_VPCLMUL inline __m128i add_lanes(__m512i x) {
  const __m256i half = _mm256_xor_si256(_mm512_castsi512_si256(x), _mm512_extracti64x4_epi64(x, 1));
  return _mm_xor_si128(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

VITRINE_VPCLMUL inline __m128i reduce(const Product& sum) {
  const __m128i polynomial = _mm_set_epi64x(0, static_cast<long long>(0xc200000000000000ULL));
  const __m128i middle = add_lanes(sum.middle);
  __m128i low = _mm_xor_si128(add_lanes(sum.low), _mm_slli_si128(middle, 8));
  const __m128i high = _mm_xor_si128(add_lanes(sum.high), _mm_srli_si128(middle, 8));
  low = _mm_xor_si128(_mm_shuffle_epi32(low, 0x4e), _mm_clmulepi64_si128(low, polynomial, 0x00));
  low = _mm_xor_si128(_mm_shuffle_epi32(low, 0x4e), _mm_clmulepi64_si128(low, polynomial, 0x00));
  return _mm_xor_si128(high, low);
}

// The first and the last group of a run may have fewer than 64 bytes: the mask keeps the load
// inside, and the rest zero.
VITRINE_VPCLMUL inline __m512i load_bytes(const uint8_t* base, size_t at, size_t lead, size_t end) {
  if (at >= lead && at + 64 <= end) {
    return reverse_bytes(_mm512_loadu_si512(base + at));
  }
  uint64_t mask = ~uint64_t{0};
  if (at < lead) {
    mask <<= lead - at;
  }
  if (end - at < 64) {
    mask &= (uint64_t{1} << (end - at)) - 1;
  }
  return reverse_bytes(_mm512_maskz_loadu_epi8(mask, base + at));
}

VITRINE_VPCLMUL inline __m512i load_powers(const GhashBlock* power, size_t blocks) {
  if (blocks >= 4) {
    return _mm512_loadu_si512(power);
  }
  return _mm512_maskz_loadu_epi64(static_cast<__mmask8>((1U << (2 * blocks)) - 1), power);
}

VITRINE_VPCLMUL GhashBlock update_padded(const GhashPowers& powers, GhashBlock start,
                                         const uint8_t* data, size_t lead, size_t size) {
  const uint8_t* base = data - lead;
  const size_t end = lead + size;
  size_t blocks = (end + 15) / 16;
  size_t at = 0;
  __m128i total = _mm_load_si128(reinterpret_cast<const __m128i*>(&start));
  while (blocks > 0) {
    const size_t count = std::min(blocks, kGhashStride);
    const GhashBlock* power = powers.descending + (kGhashStride - count);
    Product sum{_mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512()};
    __m512i carry = _mm512_zextsi128_si512(total);
    for (size_t i = 0; i < count; i += 4) {
      const __m512i x = load_bytes(base, at + 16 * i, lead, end);
      multiply_add(sum, _mm512_xor_si512(x, carry), load_powers(power + i, count - i));
      carry = _mm512_setzero_si512();
    }
    total = reduce(sum);
    at += 16 * count;
    blocks -= count;
  }
  GhashBlock result;
  _mm_store_si128(reinterpret_cast<__m128i*>(&result), total);
  return result;
}

GhashBlock multiply(const GhashBlock& a, const GhashBlock& b) {
  return pclmul_ghash_path().multiply(a, b);
}

constexpr GhashPath kPath{"vpclmul", multiply, update_padded};

}  // namespace

const GhashPath& vpclmul_ghash_path() { return kPath; }

}  // namespace vitrine::card::soft
#endif
