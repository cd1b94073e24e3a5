#include "host/tls/record_keys.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <openssl/core_names.h>
#include <openssl/params.h>

namespace vitrine::tls {
namespace {

constexpr size_t kTls13IvBytes = 12;
constexpr size_t kTls12SaltBytes = 4;
constexpr size_t kMasterSecretBytes = 48;

// The library's parameter blocks want mutable pointers and leave what they point at alone.
OSSL_PARAM text_param(const char* name, const char* value) {
  return OSSL_PARAM_construct_utf8_string(name, const_cast<char*>(value), 0);
}
OSSL_PARAM octets_param(const char* name, Bytes value) {
  return OSSL_PARAM_construct_octet_string(name, const_cast<uint8_t*>(value.data()), value.size());
}

const char* digest_name(Hash hash) { return hash == Hash::kSha384 ? "SHA2-384" : "SHA2-256"; }

Status exhausted() { return {Code::kExhausted, "no locked memory left for record keys"}; }

// Fetched once a process: a fetch costs more than a derivation.
EVP_KDF* tls13_kdf() {
  static const UniqueKdf kdf(EVP_KDF_fetch(nullptr, "TLS13-KDF", nullptr));
  return kdf.get();
}
EVP_KDF* tls1_prf() {
  static const UniqueKdf kdf(EVP_KDF_fetch(nullptr, "TLS1-PRF", nullptr));
  return kdf.get();
}

Result<Secret> derive(EVP_KDF* kdf, const OSSL_PARAM* params, size_t size) {
  Secret out(size);
  if (!out.valid()) {
    return exhausted();
  }
  const UniqueKdfCtx context(EVP_KDF_CTX_new(kdf));
  if (!context || EVP_KDF_derive(context.get(), out.mutable_view().data(), size, params) != 1) {
    return openssl_status("deriving record keys");
  }
  return out;
}

// HKDF-Expand-Label(secret, label, "", size), RFC 8446 section 7.1.
Result<Secret> expand_label(const Secret& secret, Hash hash, std::string_view label, size_t size) {
  int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
  const std::array params = {
      OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
      text_param(OSSL_KDF_PARAM_DIGEST, digest_name(hash)),
      octets_param(OSSL_KDF_PARAM_KEY, secret.view()),
      octets_param(OSSL_KDF_PARAM_PREFIX, as_bytes("tls13 ")),
      octets_param(OSSL_KDF_PARAM_LABEL, as_bytes(label)),
      OSSL_PARAM_construct_end(),
  };
  return derive(tls13_kdf(), params.data(), size);
}

// A part of the key block, then zeros up to `size`.
Result<Secret> part(const Secret& block, size_t offset, size_t length, size_t size) {
  Secret out(size);
  if (!out.valid()) {
    return exhausted();
  }
  std::copy_n(block.view().begin() + static_cast<ptrdiff_t>(offset), length,
              out.mutable_view().begin());
  return out;
}

Result<card::RecordKey> key_from_block(const Secret& block, size_t key_offset, size_t key_bytes,
                                       size_t salt_offset) {
  auto key = part(block, key_offset, key_bytes, key_bytes);
  auto iv = part(block, salt_offset, kTls12SaltBytes, kTls13IvBytes);
  if (!key || !iv) {
    return exhausted();
  }
  return card::RecordKey{std::move(key).value(), std::move(iv).value()};
}

}  // namespace

Result<card::RecordKey> TrafficSecret::record_key(size_t key_bytes) const {
  if (!valid()) {
    return {Code::kUnavailable, "no traffic secret"};
  }
  auto key = expand_label(secret_, hash_, "key", key_bytes);
  if (!key) {
    return key.status();
  }
  auto iv = expand_label(secret_, hash_, "iv", kTls13IvBytes);
  if (!iv) {
    return iv.status();
  }
  return card::RecordKey{std::move(key).value(), std::move(iv).value()};
}

Result<TrafficSecret> TrafficSecret::next() const {
  if (!valid()) {
    return {Code::kUnavailable, "no traffic secret"};
  }
  auto secret = expand_label(secret_, hash_, "traffic upd", secret_.size());
  if (!secret) {
    return secret.status();
  }
  return TrafficSecret(std::move(secret).value(), hash_);
}

Result<Tls12Keys> expand_tls12_keys(const Secret& master, Bytes client_random, Bytes server_random,
                                    Hash hash, size_t key_bytes) {
  if (master.size() != kMasterSecretBytes || client_random.size() != 32 ||
      server_random.size() != 32) {
    return {Code::kInvalidArgument, "master secret or randoms of a wrong size"};
  }
  std::array<uint8_t, 64> randoms{};  // server's first (RFC 5246 section 6.3)
  std::copy_n(server_random.begin(), 32, randoms.begin());
  std::copy_n(client_random.begin(), 32, randoms.begin() + 32);
  const std::array params = {
      text_param(OSSL_KDF_PARAM_DIGEST, digest_name(hash)),
      octets_param(OSSL_KDF_PARAM_SECRET, master.view()),
      octets_param(OSSL_KDF_PARAM_SEED, as_bytes("key expansion")),
      octets_param(OSSL_KDF_PARAM_SEED, randoms),
      OSSL_PARAM_construct_end(),
  };
  auto block = derive(tls1_prf(), params.data(), 2 * (key_bytes + kTls12SaltBytes));
  if (!block) {
    return block.status();
  }
  auto client = key_from_block(*block, 0, key_bytes, 2 * key_bytes);
  auto server = key_from_block(*block, key_bytes, key_bytes, 2 * key_bytes + kTls12SaltBytes);
  if (!client || !server) {
    return exhausted();
  }
  return Tls12Keys{std::move(client).value(), std::move(server).value()};
}

}  // namespace vitrine::tls
