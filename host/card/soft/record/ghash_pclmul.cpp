// GHASH with PCLMULQDQ: eight products are added before one reduction.
#include "host/card/soft/record/ghash_path.h"

#if defined(__x86_64__)
#include <algorithm>

#include <immintrin.h>

#define VITRINE_PCLMUL __attribute__((target("sse2,ssse3,pclmul")))

namespace vitrine::card::soft {
namespace {

constexpr size_t kBatch = 8;

struct Product {
  __m128i low;
  __m128i middle;
  __m128i high;
};

VITRINE_PCLMUL inline __m128i load(const void* p) {
  return _mm_loadu_si128(static_cast<const __m128i*>(p));
}

VITRINE_PCLMUL inline __m128i reverse_bytes(__m128i x) {
  return _mm_shuffle_epi8(x, _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
}

VITRINE_PCLMUL inline void multiply_add(Product& sum, __m128i a, __m128i b) {
  sum.low = _mm_xor_si128(sum.low, _mm_clmulepi64_si128(a, b, 0x00));
  sum.high = _mm_xor_si128(sum.high, _mm_clmulepi64_si128(a, b, 0x11));
  sum.middle = _mm_xor_si128(sum.middle, _mm_clmulepi64_si128(a, b, 0x01));
  sum.middle = _mm_xor_si128(sum.middle, _mm_clmulepi64_si128(a, b, 0x10));
}

VITRINE_PCLMUL inline __m128i reduce(const Product& sum) {
  // x^63 + x^62 + x^57: the polynomial's middle terms seen from x^64.
  const __m128i polynomial = _mm_set_epi64x(0, static_cast<long long>(0xc200000000000000ULL));
  __m128i low = _mm_xor_si128(sum.low, _mm_slli_si128(sum.middle, 8));
  const __m128i high = _mm_xor_si128(sum.high, _mm_srli_si128(sum.middle, 8));
  low = _mm_xor_si128(_mm_shuffle_epi32(low, 0x4e), _mm_clmulepi64_si128(low, polynomial, 0x00));
  low = _mm_xor_si128(_mm_shuffle_epi32(low, 0x4e), _mm_clmulepi64_si128(low, polynomial, 0x00));
  return _mm_xor_si128(high, low);
}

VITRINE_PCLMUL GhashBlock multiply(const GhashBlock& a, const GhashBlock& b) {
  Product sum{_mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128()};
  multiply_add(sum, load(&a), load(&b));
  GhashBlock result;
  _mm_store_si128(reinterpret_cast<__m128i*>(&result), reduce(sum));
  return result;
}

VITRINE_PCLMUL GhashBlock update(const GhashPowers& powers, GhashBlock start, const uint8_t* data,
                                 size_t blocks) {
  __m128i total = load(&start);
  while (blocks > 0) {
    const size_t count = std::min(blocks, kBatch);
    const GhashBlock* power = powers.descending + (kGhashStride - count);
    Product sum{_mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128()};
    multiply_add(sum, _mm_xor_si128(total, reverse_bytes(load(data))), load(power));
    for (size_t i = 1; i < count; ++i) {
      multiply_add(sum, reverse_bytes(load(data + 16 * i)), load(power + i));
    }
    total = reduce(sum);
    data += 16 * count;
    blocks -= count;
  }
  GhashBlock result;
  _mm_store_si128(reinterpret_cast<__m128i*>(&result), total);
  return result;
}

constexpr GhashPath kPath{"pclmul", multiply, update_by_blocks<update>};

}  // namespace

const GhashPath& pclmul_ghash_path() { return kPath; }

}  // namespace vitrine::card::soft
#endif
