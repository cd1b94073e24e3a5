// The suites that the policy allows, and lists of them as the library wants them.
//
// Threads: immutable after create().
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/base/status.h"
#include "host/tls/client_hello.h"

namespace vitrine::tls {

// What a suite promises on paper. Equal where only the kind of the server's signature differs.
struct SuiteClass {
  bool forward_secret = false;
  bool aead = false;
  int key_bits = 0;  // 0: no encryption

  // In nothing more than `other`.
  bool within(const SuiteClass& other) const {
    return (!forward_secret || other.forward_secret) && (!aead || other.aead) &&
           key_bits <= other.key_bits;
  }
};

struct Suite {
  uint16_t id = 0;
  std::string name;  // the library's
  bool tls13 = false;
  size_t gcm_key_bytes = 0;  // 16 or 32 for AES-GCM, else 0
  bool chacha = false;
  SuiteClass strength;
};

class SuiteTable {
 public:
  // Either string may be empty. Fails where they select nothing or do not parse.
  static Result<SuiteTable> create(const std::string& cipher_string,
                                   const std::string& cipher_suites);

  // What to offer upstream of what the client offered, in its order: of TLS 1.3 the AES-GCM suites
  // alone if there are any; of TLS 1.2 those first and, behind them, what is neither them nor
  // ChaCha20 (a server that would choose ChaCha20 has AES-GCM too). "" for none.
  std::string offer(const ClientHello& hello, bool tls13) const;
  // What to accept from a client: AES-GCM with that key size first.
  std::string preference(size_t key_bytes, bool tls13) const;
  std::string all(bool tls13) const;
  // Of preference(), what is not stronger than `suite`: "" where that is none of the table's.
  std::string bounded(uint16_t suite, size_t key_bytes) const;

 private:
  const Suite* find(uint16_t id) const;
  std::string preferred(size_t key_bytes, bool tls13, const SuiteClass* bound) const;
  std::vector<Suite> suites_;
};

// The client's groups and signature schemes that the library knows, in its list format; "" where
// none is left, which means the library's default. SHA-1 signatures are left out.
std::string offered_groups(const ClientHello& hello);
std::string offered_signatures(const ClientHello& hello);

}  // namespace vitrine::tls
