// AES in counter mode through intel-ipsec-mb (measured against OpenSSL's EVP in README.md),
// seekable to any byte of a record.
//
// Ownership: an AesEngine holds the library's manager; keys are values that wipe themselves.
// Threads: one at a time per engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "host/base/bytes.h"

struct IMB_MGR;

namespace vitrine::card::soft {

// An expanded key, the library's layout: the round keys in order.
class AesKey {
 public:
  AesKey() = default;
  ~AesKey() { wipe(); }
  AesKey(const AesKey&) = delete;
  AesKey& operator=(const AesKey&) = delete;

  void wipe();

 private:
  friend class AesEngine;
  alignas(16) uint8_t rounds_[16 * 15] = {};
  uint8_t size_ = 0;  // of the key before expansion: 16 or 32
};

// The 12 bytes that, with a 32-bit block counter behind, make GCM's counter blocks.
struct Nonce {
  uint8_t bytes[12];
};

class AesEngine {
 public:
  AesEngine();
  ~AesEngine();
  AesEngine(const AesEngine&) = delete;
  AesEngine& operator=(const AesEngine&) = delete;

  // False where the library could not start or fails a known answer; nothing else may be called
  // then.
  bool ok() const { return ok_; }
  // The instruction set in use, e.g. "avx512"; static storage.
  const char* path() const;

  // REQUIRES: 16 or 32 bytes.
  void expand(Bytes key, AesKey& out) const;
  void encrypt_block(const AesKey& key, const uint8_t* in, uint8_t* out) const;

  // XORs the keystream of text bytes [offset, offset + data.size()) into `data`; text byte 0 is
  // under counter 2 (SP 800-38D section 7.1). REQUIRES: the (offset % 16) bytes before `data` are
  // writable; they are put back as they were.
  void crypt(const AesKey& key, const Nonce& nonce, MutableBytes data, size_t offset) const;
  // As crypt() from offset 0, and also gives the block under counter 1, which masks the tag.
  // REQUIRES: the 16 bytes before `data` are writable; they are put back as they were.
  void crypt_with_mask(const AesKey& key, const Nonce& nonce, MutableBytes data,
                       uint8_t* mask) const;
  // The block under counter 1 alone.
  void tag_mask(const AesKey& key, const Nonce& nonce, uint8_t* mask) const;

 private:
  void run(const AesKey& key, const uint8_t* counter_block, uint8_t* data, size_t size) const;
  bool known_answers_hold() const;

  IMB_MGR* manager_ = nullptr;
  bool ok_ = false;
};

}  // namespace vitrine::card::soft
