#include "host/trust/verifier.h"

#include <algorithm>
#include <utility>

namespace vitrine::trust {
namespace {

bool add(EVP_MD_CTX* hash, const void* data, size_t size) {
  return EVP_DigestUpdate(hash, data, size) == 1;
}

bool add_certificate(EVP_MD_CTX* hash, const X509* certificate) {
  const Digest digest = digest_of(certificate);
  return add(hash, digest.data(), digest.size());
}

// Everything a verdict depends on but the certificates' own dates. nullopt: do not cache.
std::optional<VerdictCache::Key> key_of(X509* leaf, STACK_OF(X509) * untrusted,
                                        const PeerName& name, uint64_t epoch, time_t now) {
  const UniqueMdCtx hash(EVP_MD_CTX_new());
  if (hash == nullptr || EVP_DigestInit_ex(hash.get(), EVP_sha256(), nullptr) != 1) {
    return std::nullopt;
  }
  const int64_t bucket = now / VerdictCache::kBucketSeconds;
  const char kind = name.is_address() ? 'a' : 'h';
  const std::string text = name.to_string();
  bool ok = add(hash.get(), &epoch, sizeof epoch) && add(hash.get(), &bucket, sizeof bucket) &&
            add(hash.get(), &kind, 1) && add(hash.get(), text.c_str(), text.size() + 1) &&
            add_certificate(hash.get(), leaf);
  for (int i = 0; ok && i < sk_X509_num(untrusted); ++i) {
    ok = add_certificate(hash.get(), sk_X509_value(untrusted, i));
  }
  VerdictCache::Key key{};
  if (!ok || EVP_DigestFinal_ex(hash.get(), key.data(), nullptr) != 1) {
    return std::nullopt;
  }
  return key;
}

}  // namespace

std::optional<Verdict> VerdictCache::find(const Key& key, time_t now) {
  std::lock_guard lock(mutex_);
  const auto found = index_.find(key);
  if (found == index_.end()) {
    return std::nullopt;
  }
  if (now > found->second->second.valid_until) {
    entries_.erase(found->second);
    index_.erase(found);
    return std::nullopt;
  }
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->second;
}

void VerdictCache::insert(const Key& key, const Verdict& verdict) {
  std::lock_guard lock(mutex_);
  if (capacity_ == 0 || !verdict.trusted || index_.contains(key)) {
    return;
  }
  if (entries_.size() == capacity_) {
    index_.erase(entries_.back().first);
    entries_.pop_back();
  }
  entries_.emplace_front(key, verdict);
  index_.emplace(key, entries_.begin());
}

size_t VerdictCache::size() const {
  std::lock_guard lock(mutex_);
  return entries_.size();
}

Verifier::Verifier(const TrustStore& store, const Clock& clock, VerifyLimits limits,
                   size_t cache_capacity)
    : store_(store), clock_(clock), limits_(limits), cache_(cache_capacity) {}

Verdict Verifier::verify(X509* leaf, STACK_OF(X509) * untrusted, const PeerName& name) {
  const std::shared_ptr<const Anchors> anchors = store_.snapshot();
  const time_t now = clock_.wall_ms() / 1000;
  std::optional<VerdictCache::Key> key;
  const bool small = sk_X509_num(untrusted) < static_cast<int>(limits_.max_certificates);
  if (leaf != nullptr && small) {
    key = key_of(leaf, untrusted, name, anchors->epoch, now);
  }
  if (key) {
    if (std::optional<Verdict> cached = cache_.find(*key, now)) {
      cache_hits_.fetch_add(1, std::memory_order_relaxed);
      return *std::move(cached);
    }
  }
  Verdict verdict = trust::verify(*anchors, leaf, untrusted, name, now, limits_);
  (verdict.trusted ? verified_ : refused_).fetch_add(1, std::memory_order_relaxed);
  if (key) {
    cache_.insert(*key, verdict);
  }
  return verdict;
}

Verdict Verifier::verify(STACK_OF(X509) * chain, const PeerName& name) {
  return verify(sk_X509_num(chain) > 0 ? sk_X509_value(chain, 0) : nullptr, chain, name);
}

Verdict Verifier::verify_in_handshake(X509_STORE_CTX* context, const PeerName& name) {
  Verdict verdict =
      verify(X509_STORE_CTX_get0_cert(context), X509_STORE_CTX_get0_untrusted(context), name);
  X509_STORE_CTX_set_error(context, verdict.code);
  X509_STORE_CTX_set_error_depth(context, verdict.depth);
  return verdict;
}

VerifierCounters Verifier::counters() const {
  return {verified_.load(std::memory_order_relaxed), refused_.load(std::memory_order_relaxed),
          cache_hits_.load(std::memory_order_relaxed)};
}

}  // namespace vitrine::trust
