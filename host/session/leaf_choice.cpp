#include "host/session/leaf_choice.h"

#include <algorithm>
#include <array>
#include <utility>

namespace vitrine::session {
namespace {

constexpr uint16_t kTls13 = 0x0304;
constexpr uint16_t kEcdsaP256Sha256 = 0x0403;
// IANA TLS cipher suites, RFC 5289, RFC 7905, RFC 8422.
constexpr std::array<uint16_t, 2> kEcdsaGcm = {0xc02b, 0xc02c};
constexpr std::array<uint16_t, 4> kRsaGcm = {0xc02f, 0xc030, 0x009c, 0x009d};
constexpr std::array<uint16_t, 5> kEcdsaOther = {0xcca9, 0xc023, 0xc024, 0xc009, 0xc00a};

// Suites that differ in the server's signature alone: ECDSA, RSA.
constexpr std::array<std::pair<uint16_t, uint16_t>, 7> kTwins = {{{0xc02b, 0xc02f},
                                                                  {0xc02c, 0xc030},
                                                                  {0xcca9, 0xcca8},
                                                                  {0xc023, 0xc027},
                                                                  {0xc024, 0xc028},
                                                                  {0xc009, 0xc013},
                                                                  {0xc00a, 0xc014}}};

template <size_t N>
bool offers_any(const tls::ClientHello& hello, const std::array<uint16_t, N>& suites) {
  return std::any_of(suites.begin(), suites.end(), [&](uint16_t suite) {
    return std::find(hello.cipher_suites.begin(), hello.cipher_suites.end(), suite) !=
           hello.cipher_suites.end();
  });
}

}  // namespace

signer::KeyType choose_key_type(const tls::ClientHello& hello, uint16_t version, uint16_t suite) {
  if (!hello.offers_signature(kEcdsaP256Sha256)) {
    return signer::KeyType::kRsa2048;
  }
  for (const auto& [ecdsa, rsa] : kTwins) {
    if (version != kTls13 && (suite == ecdsa || suite == rsa)) {
      return offers_any(hello, std::array{ecdsa}) ? signer::KeyType::kEcdsaP256
                                                  : signer::KeyType::kRsa2048;
    }
  }
  if (version != kTls13 && suite != 0) {
    return signer::KeyType::kRsa2048;  // the exchange is RSA's own, or signed with RSA only
  }
  if (version == kTls13 || offers_any(hello, kEcdsaGcm)) {
    return signer::KeyType::kEcdsaP256;
  }
  if (!offers_any(hello, kRsaGcm) && offers_any(hello, kEcdsaOther)) {
    return signer::KeyType::kEcdsaP256;
  }
  return signer::KeyType::kRsa2048;
}

}  // namespace vitrine::session
