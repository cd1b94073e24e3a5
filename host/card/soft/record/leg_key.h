// The key of one direction of one leg: AES schedule, powers of H, static IV.
//
// Ownership: wiped when it goes. Threads: const use from the engine's thread.
#pragma once

#include <cstdint>

#include "host/base/status.h"
#include "host/card/soft/record/aes_ctr.h"
#include "host/card/soft/record/ghash.h"
#include "host/card/types.h"

namespace vitrine::card::soft {

class LegKey {
 public:
  LegKey() = default;
  ~LegKey() { wipe(); }
  LegKey(const LegKey&) = delete;
  LegKey& operator=(const LegKey&) = delete;

  // kInvalidArgument where key or IV is missing or of the wrong size.
  static Status check(const RecordKey& key);
  // REQUIRES: check(key).
  void set(const AesEngine& engine, const RecordKey& key);
  void wipe();

  // RFC 8446 section 5.3: IV xor number. RFC 5288 section 3: salt, then the explicit nonce.
  Nonce nonce(TlsVersion version, uint64_t number, uint64_t explicit_nonce) const;

  const AesKey& aes() const { return aes_; }
  const GhashKey& ghash() const { return ghash_; }

 private:
  AesKey aes_;
  GhashKey ghash_;
  uint8_t iv_[12] = {};
};

// Both legs of one direction, one generation.
struct GenerationKeys {
  LegKey in;
  LegKey out;
};

}  // namespace vitrine::card::soft
