// Upstream TLS sessions kept for resumption, so that the next connection to a server costs neither
// side a signature.
//
// A session is found only under exactly the circumstances in which its chain was verified: the key
// names client, server, SNI, ALPN, offer and trust epoch. TLS 1.3 tickets are used once (RFC 8446
// appendix C.4); TLS 1.2 sessions until they expire. Nothing is kept beyond kMaxAgeMs or the
// server certificate's end. Ownership: holds references. Threads: any.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

#include "host/base/clock.h"
#include "host/base/openssl.h"

namespace vitrine::tls {

class SessionCache {
 public:
  static constexpr size_t kMaxKeys = 4096;
  static constexpr size_t kMaxPerKey = 4;
  static constexpr int64_t kMaxAgeMs = 30 * 60 * 1000;

  // `clock` must outlive the cache.
  explicit SessionCache(const Clock& clock) : clock_(clock) {}

  void put(const std::string& key, UniqueSslSession session);
  // Null where there is none.
  UniqueSslSession take(const std::string& key);
  size_t size() const;

 private:
  struct Kept {
    UniqueSslSession session;
    int64_t expires_ms = 0;
  };
  struct Entry {
    std::string key;
    std::deque<Kept> sessions;
  };

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // most recently used first
  std::unordered_map<std::string, std::list<Entry>::iterator> by_key_;
};

}  // namespace vitrine::tls
