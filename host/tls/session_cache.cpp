#include "host/tls/session_cache.h"

#include <algorithm>
#include <ctime>

namespace vitrine::tls {
namespace {

// Milliseconds since 1970; 0 where the time does not read.
int64_t not_after_ms(const X509* certificate) {
  tm end{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1) {
    return 0;
  }
  return static_cast<int64_t>(timegm(&end)) * 1000;
}

int64_t expiry_ms(SSL_SESSION* session, int64_t now_ms) {
  const X509* certificate = SSL_SESSION_get0_peer(session);
  if (certificate == nullptr) {
    return 0;
  }
  const int64_t promised = static_cast<int64_t>(SSL_SESSION_get_timeout(session)) * 1000;
  const int64_t age = std::min(SessionCache::kMaxAgeMs, promised);
  return std::min(now_ms + age, not_after_ms(certificate));
}

}  // namespace

void SessionCache::put(const std::string& key, UniqueSslSession session) {
  const int64_t now = clock_.wall_ms();
  const int64_t expires = expiry_ms(session.get(), now);
  if (expires <= now || SSL_SESSION_is_resumable(session.get()) != 1) {
    return;
  }
  std::lock_guard lock(mutex_);
  auto found = by_key_.find(key);
  if (found == by_key_.end()) {
    entries_.push_front({key, {}});
    found = by_key_.emplace(key, entries_.begin()).first;
    if (entries_.size() > kMaxKeys) {
      by_key_.erase(entries_.back().key);
      entries_.pop_back();
    }
  } else {
    entries_.splice(entries_.begin(), entries_, found->second);
  }
  auto& sessions = found->second->sessions;
  sessions.push_back({std::move(session), expires});
  if (sessions.size() > kMaxPerKey) {
    sessions.pop_front();
  }
}

UniqueSslSession SessionCache::take(const std::string& key) {
  const int64_t now = clock_.wall_ms();
  std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) {
    return nullptr;
  }
  auto& sessions = found->second->sessions;
  UniqueSslSession session;
  while (!sessions.empty() && !session) {
    Kept& newest = sessions.back();
    if (newest.expires_ms <= now) {
      sessions.pop_back();
    } else if (SSL_SESSION_get_protocol_version(newest.session.get()) == TLS1_3_VERSION) {
      session = std::move(newest.session);
      sessions.pop_back();
    } else {
      session = up_ref(newest.session.get());
    }
  }
  if (sessions.empty()) {
    entries_.erase(found->second);
    by_key_.erase(found);
  }
  return session;
}

size_t SessionCache::size() const {
  std::lock_guard lock(mutex_);
  size_t count = 0;
  for (const Entry& entry : entries_) {
    count += entry.sessions.size();
  }
  return count;
}

}  // namespace vitrine::tls
