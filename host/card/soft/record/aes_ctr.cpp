#include "host/card/soft/record/aes_ctr.h"

#include <cstring>

#include <intel-ipsec-mb.h>
#include <openssl/crypto.h>

namespace vitrine::card::soft {

void AesKey::wipe() {
  OPENSSL_cleanse(rounds_, sizeof rounds_);
  size_ = 0;
}

AesEngine::AesEngine() : manager_(alloc_mb_mgr(0)) {
  if (manager_ != nullptr) {
    IMB_ARCH arch = IMB_ARCH_NONE;
    init_mb_mgr_auto(manager_, &arch);
    ok_ = arch != IMB_ARCH_NONE && known_answers_hold();
  }
}

AesEngine::~AesEngine() {
  if (manager_ != nullptr) {
    free_mb_mgr(manager_);
  }
}

const char* AesEngine::path() const {
  if (manager_ == nullptr) {
    return "none";
  }
  const bool vaes = (manager_->features & IMB_FEATURE_VAES) != 0;
  switch (static_cast<IMB_ARCH>(manager_->used_arch)) {
    case IMB_ARCH_AVX512:
      return vaes ? "avx512-vaes" : "avx512";
    case IMB_ARCH_AVX2:
      return vaes ? "avx2-vaes" : "avx2";
    case IMB_ARCH_AVX:
      return "avx";
    case IMB_ARCH_SSE:
      return "sse";
    default:
      return "portable";
  }
}

void AesEngine::expand(Bytes key, AesKey& out) const {
  alignas(16) uint8_t unused[16 * 15];
  out.size_ = static_cast<uint8_t>(key.size());
  if (key.size() == 16) {
    IMB_AES_KEYEXP_128(manager_, key.data(), out.rounds_, unused);
  } else {
    IMB_AES_KEYEXP_256(manager_, key.data(), out.rounds_, unused);
  }
  OPENSSL_cleanse(unused, sizeof unused);
}

void AesEngine::run(const AesKey& key, const uint8_t* counter_block, uint8_t* data,
                    size_t size) const {
  IMB_JOB job;  // the burst call reads the fields set here and no others
  job.enc_keys = key.rounds_;
  job.dec_keys = key.rounds_;
  job.key_len_in_bytes = key.size_;
  job.src = data;
  job.dst = data;
  job.cipher_start_src_offset_in_bytes = 0;
  job.msg_len_to_cipher_in_bytes = size;
  job.iv = counter_block;
  job.iv_len_in_bytes = 16;
  const IMB_KEY_SIZE_BYTES key_size = key.size_ == 16 ? IMB_KEY_128_BYTES : IMB_KEY_256_BYTES;
  IMB_SUBMIT_CIPHER_BURST_NOCHECK(manager_, &job, 1, IMB_CIPHER_CNTR, IMB_DIR_ENCRYPT, key_size);
}

void AesEngine::encrypt_block(const AesKey& key, const uint8_t* in, uint8_t* out) const {
  uint8_t counter_block[16];
  std::memcpy(counter_block, in, 16);
  std::memset(out, 0, 16);
  run(key, counter_block, out, 16);
}

void AesEngine::crypt(const AesKey& key, const Nonce& nonce, MutableBytes data,
                      size_t offset) const {
  if (data.empty()) {
    return;
  }
  uint8_t counter_block[16];
  std::memcpy(counter_block, nonce.bytes, 12);
  store_be32(counter_block + 12, static_cast<uint32_t>(2 + offset / 16));
  const size_t lead = offset % 16;
  uint8_t saved[16];
  uint8_t* start = data.data() - lead;
  std::memcpy(saved, start, lead);
  run(key, counter_block, start, data.size() + lead);
  std::memcpy(start, saved, lead);
}

void AesEngine::crypt_with_mask(const AesKey& key, const Nonce& nonce, MutableBytes data,
                                uint8_t* mask) const {
  uint8_t counter_block[16];
  std::memcpy(counter_block, nonce.bytes, 12);
  store_be32(counter_block + 12, 1);
  uint8_t saved[16];
  uint8_t* start = data.data() - 16;
  std::memcpy(saved, start, 16);
  std::memset(start, 0, 16);
  run(key, counter_block, start, data.size() + 16);
  std::memcpy(mask, start, 16);
  std::memcpy(start, saved, 16);
}

void AesEngine::tag_mask(const AesKey& key, const Nonce& nonce, uint8_t* mask) const {
  uint8_t counter_block[16];
  std::memcpy(counter_block, nonce.bytes, 12);
  store_be32(counter_block + 12, 1);
  std::memset(mask, 0, 16);
  run(key, counter_block, mask, 16);
}

// FIPS 197 appendix C.1 and C.3.
bool AesEngine::known_answers_hold() const {
  static constexpr uint8_t kCipher128[16] = {0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30,
                                             0xd8, 0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5, 0x5a};
  static constexpr uint8_t kCipher256[16] = {0x8e, 0xa2, 0xb7, 0xca, 0x51, 0x67, 0x45, 0xbf,
                                             0xea, 0xfc, 0x49, 0x90, 0x4b, 0x49, 0x60, 0x89};
  uint8_t key_bytes[32];
  uint8_t plain[16];
  uint8_t out[16];
  for (uint8_t i = 0; i < 32; ++i) {
    key_bytes[i] = i;
  }
  for (uint8_t i = 0; i < 16; ++i) {
    plain[i] = static_cast<uint8_t>(i << 4 | i);
  }
  AesKey key;
  expand({key_bytes, 16}, key);
  encrypt_block(key, plain, out);
  const bool first = std::memcmp(out, kCipher128, 16) == 0;
  expand({key_bytes, 32}, key);
  encrypt_block(key, plain, out);
  return first && std::memcmp(out, kCipher256, 16) == 0;
}

}  // namespace vitrine::card::soft
