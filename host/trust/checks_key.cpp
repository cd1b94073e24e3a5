// Keys and signature algorithms that are strong enough: CA/Browser Forum BR 6.1.5, 6.1.6, 7.1.3;
// Ed25519 (RFC 8410) beside them, which the BR do not have.
#include <algorithm>
#include <array>

#include <openssl/core_names.h>
#include <openssl/err.h>

#include "host/trust/checks.h"

namespace vitrine::trust {
namespace {

constexpr int kMinRsaBits = 2048;
constexpr int kMinPinnedRsaBits = 1024;  // what an operator pins may be an old device
constexpr int kMaxExponentBits = 64;
constexpr int kMaxRsaBits = 16384;  // beyond, one verification costs an attacker's time

constexpr std::array kCurves = {"prime256v1", "secp384r1", "secp521r1"};
constexpr std::array kSignatures = {
    NID_sha256WithRSAEncryption,
    NID_sha384WithRSAEncryption,
    NID_sha512WithRSAEncryption,
    NID_ecdsa_with_SHA256,
    NID_ecdsa_with_SHA384,
    NID_ecdsa_with_SHA512,
    NID_ED25519,
};
constexpr std::array kHashes = {NID_sha256, NID_sha384, NID_sha512};

Finding weak(const Path& path, size_t depth, std::string detail) {
  return {path.is_issuer(depth) ? X509_V_ERR_CA_KEY_TOO_SMALL : X509_V_ERR_EE_KEY_TOO_SMALL, depth,
          std::move(detail)};
}

UniqueBignum parameter(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key, name, &number);
  return UniqueBignum(number);
}

Outcome check_rsa(const Path& path, size_t depth, const EVP_PKEY* key) {
  const int bits = EVP_PKEY_get_bits(key);
  if (bits < (path.pin != nullptr ? kMinPinnedRsaBits : kMinRsaBits) || bits > kMaxRsaBits) {
    return weak(path, depth, "RSA key of " + std::to_string(bits) + " bits");
  }
  const UniqueBignum exponent = parameter(key, OSSL_PKEY_PARAM_RSA_E);
  const UniqueBignum modulus = parameter(key, OSSL_PKEY_PARAM_RSA_N);
  if (exponent == nullptr || modulus == nullptr || BN_is_odd(exponent.get()) != 1 ||
      BN_is_one(exponent.get()) == 1 || BN_num_bits(exponent.get()) > kMaxExponentBits ||
      BN_is_odd(modulus.get()) != 1) {
    return weak(path, depth, "RSA key with an impossible modulus or exponent");
  }
  return std::nullopt;
}

Outcome check_ec(const Path& path, size_t depth, const EVP_PKEY* key) {
  std::array<char, 64> curve{};
  if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, curve.data(), curve.size(),
                                     nullptr) != 1 ||
      std::find(kCurves.begin(), kCurves.end(), std::string_view(curve.data())) == kCurves.end()) {
    return weak(path, depth,
                "elliptic curve " + std::string(curve.data()) + " is none of P-256, P-384, P-521");
  }
  return std::nullopt;
}

// RSASSA-PSS names its hash in the parameters (RFC 4055).
bool strong_pss(const X509* certificate) {
  int hash = NID_undef;
  return X509_get_signature_info(const_cast<X509*>(certificate), &hash, nullptr, nullptr,
                                 nullptr) == 1 &&
         std::find(kHashes.begin(), kHashes.end(), hash) != kHashes.end();
}

}  // namespace

Outcome check_key(const Path& path, size_t depth) {
  EVP_PKEY* const key = X509_get0_pubkey(path.at(depth).x509());
  ERR_clear_error();
  if (key == nullptr) {
    return Finding{X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY, depth,
                   "the public key does not parse or has an unknown type"};
  }
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
      return check_rsa(path, depth, key);
    case EVP_PKEY_EC:
      return check_ec(path, depth, key);
    case EVP_PKEY_ED25519:
      return std::nullopt;
    default:
      return weak(
          path, depth,
          std::string("key type ") + OBJ_nid2sn(EVP_PKEY_get_base_id(key)) + " is not accepted");
  }
}

Outcome check_signature_algorithm(const Path& path, size_t depth) {
  if (path.is_anchor(depth)) {
    return std::nullopt;  // an anchor is believed for its key, not for its signature
  }
  const X509* const certificate = path.at(depth).x509();
  const int algorithm = X509_get_signature_nid(certificate);
  if (std::find(kSignatures.begin(), kSignatures.end(), algorithm) != kSignatures.end() ||
      (algorithm == NID_rsassaPss && strong_pss(certificate))) {
    return std::nullopt;
  }
  const char* const name = algorithm == NID_undef ? "unknown" : OBJ_nid2ln(algorithm);
  return Finding{X509_V_ERR_CA_MD_TOO_WEAK, depth, std::string("signed with ") + name};
}

}  // namespace vitrine::trust
