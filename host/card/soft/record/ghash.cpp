#include "host/card/soft/record/ghash.h"

#include <algorithm>
#include <array>
#include <cassert>

#include <openssl/crypto.h>

namespace vitrine::card::soft {
namespace {

// x times the element x; the polynomial is added without a branch on the key.
GhashBlock times_x(const GhashBlock& h) {
  const uint64_t carry = 0 - (h.high >> 63);
  return {(h.low << 1) ^ (carry & 1),
          (h.high << 1 | h.low >> 63) ^ (carry & 0xc200000000000000ULL)};
}

struct Paths {
  std::array<const GhashPath*, 3> list{};
  size_t count = 0;

  Paths() {
#if defined(__x86_64__)
    __builtin_cpu_init();
    const bool pclmul = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("ssse3");
    const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
    if (pclmul && avx512 && __builtin_cpu_supports("vpclmulqdq")) {
      list[count++] = &vpclmul_ghash_path();
    }
    if (pclmul) {
      list[count++] = &pclmul_ghash_path();
    }
#endif
    list[count++] = &portable_ghash_path();
  }
};

}  // namespace

std::span<const GhashPath* const> ghash_paths() {
  static const Paths paths;
  return {paths.list.data(), paths.count};
}

void GhashKey::set(const uint8_t* h, const GhashPath& path) {
  path_ = &path;
  const GhashBlock first = times_x(load_ghash_block(h));
  GhashBlock power = first;
  powers_.descending[kGhashStride - 1] = power;
  for (size_t k = 2; k <= kGhashStride; ++k) {
    power = path.multiply(power, first);
    powers_.descending[kGhashStride - k] = power;
  }
  const GhashBlock stride = power;
  high_[1] = stride;
  for (size_t b = 2; b < kHighDigits; ++b) {
    high_[b] = path.multiply(high_[b - 1], stride);
  }
}

void GhashKey::wipe() {
  OPENSSL_cleanse(&powers_, sizeof powers_);
  OPENSSL_cleanse(high_, sizeof high_);
}

GhashBlock GhashKey::raise(GhashBlock x, size_t power) const {
  assert(power <= kMaxPower);
  const size_t high = power / kGhashStride;
  const size_t low = power % kGhashStride;
  if (high != 0) {
    x = path_->multiply(x, high_[high]);
  }
  if (low != 0) {
    x = path_->multiply(x, powers_.descending[kGhashStride - low]);
  }
  return x;
}

}  // namespace vitrine::card::soft
