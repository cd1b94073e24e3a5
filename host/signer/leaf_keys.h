// The key pairs behind forged leaves: one of each type, made at start and replaced when they are
// old, off the caller's thread.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <vector>

#include "host/base/openssl.h"
#include "host/base/status.h"
#include "host/signer/ca.h"

namespace vitrine::signer {

struct LeafKey {
  std::shared_ptr<EVP_PKEY> key;
  std::vector<uint8_t> public_key;  // SubjectPublicKeyInfo, DER
  int64_t made_at = 0;              // seconds since 1970 UTC
};

class LeafKeys {
 public:
  // Makes both pairs, in this thread.
  static Result<LeafKeys> create(int64_t now, int64_t lifetime_s);

  // The pair in use. Where it is older than its lifetime, starts making another, which a later call
  // finds; a pair older than twice its lifetime is not used any more: the call waits for the other
  // (an RSA pair takes about a tenth of a second).
  Result<LeafKey> current(KeyType type, int64_t now);

 private:
  struct Slot {
    LeafKey in_use;
    std::future<Result<LeafKey>> next;
  };

  explicit LeafKeys(int64_t lifetime_s) : lifetime_s_(lifetime_s) {}

  int64_t lifetime_s_;
  Slot ecdsa_;
  Slot rsa_;
};

}  // namespace vitrine::signer
