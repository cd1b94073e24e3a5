// The trust room's door: verification during a handshake, with a cache in front of it.
//
// A trusted verdict is kept under (digest of the chain as sent, name, store epoch, time bucket) and
// used until the bucket ends or the first certificate on the path expires; refusals are never
// cached. The cache is bounded: the least recently used verdict goes.
//
// Use from a TLS leg: pass verify_in_handshake() as the leg's verification hook, or call verify()
// with the peer's chain. Threads: any. Ownership: keeps references to the store and the clock,
// which must outlive it.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>

#include "host/base/clock.h"
#include "host/trust/trust_store.h"
#include "host/trust/verdict.h"
#include "host/trust/verify.h"

namespace vitrine::trust {

// Bounded map from chain key to verdict; see above.
class VerdictCache {
 public:
  using Key = Digest;
  static constexpr int64_t kBucketSeconds = 300;

  explicit VerdictCache(size_t capacity) : capacity_(capacity) {}
  std::optional<Verdict> find(const Key& key, time_t now);
  void insert(const Key& key, const Verdict& verdict);
  size_t size() const;

 private:
  using Entries = std::list<std::pair<Key, Verdict>>;

  const size_t capacity_;
  mutable std::mutex mutex_;
  Entries entries_;  // most recently used first
  std::map<Key, Entries::iterator> index_;
};

struct VerifierCounters {
  uint64_t verified = 0;
  uint64_t refused = 0;
  uint64_t cache_hits = 0;
};

class Verifier {
 public:
  Verifier(const TrustStore& store, const Clock& clock, VerifyLimits limits = {},
           size_t cache_capacity = 4096);

  Verdict verify(X509* leaf, STACK_OF(X509) * untrusted, const PeerName& name);
  // `chain` leaf first.
  Verdict verify(STACK_OF(X509) * chain, const PeerName& name);
  // For SSL_CTX_set_cert_verify_callback: takes the peer's chain from `context` and writes error
  // and depth back into it. The return value's `trusted` is the callback's.
  Verdict verify_in_handshake(X509_STORE_CTX* context, const PeerName& name);

  uint64_t epoch() const { return store_.epoch(); }
  VerifierCounters counters() const;

 private:
  const TrustStore& store_;
  const Clock& clock_;
  const VerifyLimits limits_;
  VerdictCache cache_;
  std::atomic<uint64_t> verified_{0};
  std::atomic<uint64_t> refused_{0};
  std::atomic<uint64_t> cache_hits_{0};
};

}  // namespace vitrine::trust
