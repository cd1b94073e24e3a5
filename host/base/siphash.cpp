#include "host/base/siphash.h"

#include <bit>

#include <openssl/rand.h>

namespace vitrine {
namespace {

struct State {
  uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }

  void absorb(uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
};

uint64_t load_le(const uint8_t* p, size_t n) {
  uint64_t word = 0;
  for (size_t i = 0; i < n; ++i) {
    word |= uint64_t{p[i]} << (8 * i);
  }
  return word;
}

}  // namespace

Result<SipKey> random_sip_key() {
  SipKey key{};
  if (RAND_bytes(reinterpret_cast<unsigned char*>(key.data()), sizeof key) != 1) {
    return {Code::kInternal, "no random numbers for a hash table's key"};
  }
  return key;
}

uint64_t siphash(const SipKey& key, Bytes bytes) {
  State s{key[0] ^ 0x736f6d6570736575ULL, key[1] ^ 0x646f72616e646f6dULL,
          key[0] ^ 0x6c7967656e657261ULL, key[1] ^ 0x7465646279746573ULL};
  const uint8_t* p = bytes.data();
  size_t left = bytes.size();
  for (; left >= 8; p += 8, left -= 8) {
    s.absorb(load_le(p, 8));
  }
  s.absorb(load_le(p, left) | uint64_t{bytes.size()} << 56U);
  s.v2 ^= 0xff;
  for (int i = 0; i < 4; ++i) {
    s.round();
  }
  return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

}  // namespace vitrine
