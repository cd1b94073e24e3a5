// Record protection keys of an established leg, as the card needs them, and the KeyUpdate chain.
//
// TLS 1.3: RFC 8446 sections 7.2 and 7.3. TLS 1.2 AES-GCM: RFC 5246 section 6.3, RFC 5288
// section 3. Everything secret lives in Secret; an empty secure heap fails closed (kExhausted).
// Ownership: values. Threads: as a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "host/base/bytes.h"
#include "host/base/openssl.h"
#include "host/base/secret.h"
#include "host/base/status.h"
#include "host/card/types.h"

namespace vitrine::tls {

// The suite's hash, by which TLS 1.3 derives and TLS 1.2 expands.
enum class Hash : uint8_t { kSha256, kSha384 };

// One direction's application traffic secret of one generation (TLS 1.3).
class TrafficSecret {
 public:
  TrafficSecret() = default;
  TrafficSecret(Secret secret, Hash hash) : secret_(std::move(secret)), hash_(hash) {}

  bool valid() const { return secret_.valid(); }
  // Key of `key_bytes` (16 or 32) and 12-byte IV of this generation.
  Result<card::RecordKey> record_key(size_t key_bytes) const;
  // The secret that a KeyUpdate moves to.
  Result<TrafficSecret> next() const;

 private:
  Secret secret_;
  Hash hash_ = Hash::kSha256;
};

// One direction of a leg, between two records.
struct RecordDirection {
  card::RecordKey key;
  std::optional<card::RecordKey> next_key;  // TLS 1.3: the generation after
  TrafficSecret next_secret;    // TLS 1.3: of next_key, to derive later generations from
  uint64_t next_record = 0;     // number of the next record under `key`
  uint32_t generation = 0;      // KeyUpdates so far
  uint64_t explicit_nonce = 0;  // TLS 1.2, out only: of the next record; then it counts up
};

struct RecordState {
  card::TlsVersion version = card::TlsVersion::kTls13;
  size_t key_bytes = 16;  // AES-128-GCM or, 32, AES-256-GCM
  RecordDirection in;     // from the leg's peer
  RecordDirection out;    // to the leg's peer
};

// Both directions' keys of a TLS 1.2 AES-GCM connection.
struct Tls12Keys {
  card::RecordKey client_write;
  card::RecordKey server_write;
};
// REQUIRES: key_bytes is 16 or 32; both randoms are 32 bytes.
Result<Tls12Keys> expand_tls12_keys(const Secret& master, Bytes client_random, Bytes server_random,
                                    Hash hash, size_t key_bytes);

}  // namespace vitrine::tls
