#include "host/tls/suites.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/ranges.h>
#include <openssl/obj_mac.h>

#include "host/base/openssl.h"

namespace vitrine::tls {
namespace {

struct Named {
  uint16_t id;
  const char* name;
};

constexpr auto kGroups = std::to_array<Named>({{23, "P-256"},
                                               {24, "P-384"},
                                               {25, "P-521"},
                                               {29, "X25519"},
                                               {30, "X448"},
                                               {256, "ffdhe2048"},
                                               {257, "ffdhe3072"},
                                               {258, "ffdhe4096"}});

constexpr auto kSignatures = std::to_array<Named>({{0x0401, "rsa_pkcs1_sha256"},
                                                   {0x0501, "rsa_pkcs1_sha384"},
                                                   {0x0601, "rsa_pkcs1_sha512"},
                                                   {0x0403, "ecdsa_secp256r1_sha256"},
                                                   {0x0503, "ecdsa_secp384r1_sha384"},
                                                   {0x0603, "ecdsa_secp521r1_sha512"},
                                                   {0x0804, "rsa_pss_rsae_sha256"},
                                                   {0x0805, "rsa_pss_rsae_sha384"},
                                                   {0x0806, "rsa_pss_rsae_sha512"},
                                                   {0x0807, "ed25519"},
                                                   {0x0808, "ed448"},
                                                   {0x0809, "rsa_pss_pss_sha256"},
                                                   {0x080a, "rsa_pss_pss_sha384"},
                                                   {0x080b, "rsa_pss_pss_sha512"}});

template <size_t N>
std::string known_names(const std::vector<uint16_t>& ids, const std::array<Named, N>& table) {
  std::vector<std::string_view> names;
  for (const uint16_t id : ids) {
    const auto named = std::find_if(table.begin(), table.end(),
                                    [id](const Named& entry) { return entry.id == id; });
    // A list with a repetition is refused as a whole.
    if (named != table.end() && std::find(names.begin(), names.end(), named->name) == names.end()) {
      names.emplace_back(named->name);
    }
  }
  return fmt::format("{}", fmt::join(names, ":"));
}

Suite describe(const SSL_CIPHER* cipher) {
  Suite suite;
  suite.id = SSL_CIPHER_get_protocol_id(cipher);
  suite.name = SSL_CIPHER_get_name(cipher);
  suite.tls13 = suite.id >> 8 == 0x13;
  const int nid = SSL_CIPHER_get_cipher_nid(cipher);
  suite.gcm_key_bytes = nid == NID_aes_128_gcm ? 16 : nid == NID_aes_256_gcm ? 32 : 0;
  suite.chacha = nid == NID_chacha20_poly1305;
  const int exchange = SSL_CIPHER_get_kx_nid(cipher);
  suite.strength = {exchange != NID_kx_rsa, SSL_CIPHER_is_aead(cipher) == 1,
                    SSL_CIPHER_get_bits(cipher, nullptr)};
  return suite;
}

std::string joined(const std::vector<const Suite*>& suites) {
  std::string list;
  for (const Suite* suite : suites) {
    list += (list.empty() ? "" : ":") + suite->name;
  }
  return list;
}

}  // namespace

Result<SuiteTable> SuiteTable::create(const std::string& cipher_string,
                                      const std::string& cipher_suites) {
  const UniqueSslCtx context(SSL_CTX_new(TLS_method()));
  if (!context || SSL_CTX_set_ciphersuites(context.get(), cipher_suites.c_str()) != 1 ||
      SSL_CTX_set_cipher_list(context.get(), cipher_string.c_str()) != 1) {
    return openssl_status("cipher policy", Code::kInvalidArgument);
  }
  SuiteTable table;
  STACK_OF(SSL_CIPHER)* const ciphers = SSL_CTX_get_ciphers(context.get());
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
    table.suites_.push_back(describe(sk_SSL_CIPHER_value(ciphers, i)));
  }
  return table;
}

const Suite* SuiteTable::find(uint16_t id) const {
  const auto found = std::find_if(suites_.begin(), suites_.end(),
                                  [id](const Suite& suite) { return suite.id == id; });
  return found == suites_.end() ? nullptr : &*found;
}

std::string SuiteTable::offer(const ClientHello& hello, bool tls13) const {
  std::vector<const Suite*> gcm;
  std::vector<const Suite*> others;
  for (const uint16_t id : hello.cipher_suites) {
    const Suite* suite = find(id);
    if (suite != nullptr && suite->tls13 == tls13) {
      (suite->gcm_key_bytes != 0 ? gcm : others).push_back(suite);
    }
  }
  if (!gcm.empty()) {
    for (const Suite* suite : others) {
      if (!tls13 && !suite->chacha) {
        gcm.push_back(suite);
      }
    }
    return joined(gcm);
  }
  return joined(others);
}

std::string SuiteTable::preference(size_t key_bytes, bool tls13) const {
  return preferred(key_bytes, tls13, nullptr);
}

std::string SuiteTable::bounded(uint16_t suite, size_t key_bytes) const {
  const Suite* const bound = find(suite);
  return bound == nullptr ? "" : preferred(key_bytes, bound->tls13, &bound->strength);
}

std::string SuiteTable::preferred(size_t key_bytes, bool tls13, const SuiteClass* bound) const {
  std::vector<const Suite*> list;
  for (const Suite& suite : suites_) {
    if (suite.tls13 == tls13 && (bound == nullptr || suite.strength.within(*bound))) {
      list.push_back(&suite);
    }
  }
  const auto rank = [key_bytes](const Suite* suite) {
    return suite->gcm_key_bytes == key_bytes ? 0 : suite->gcm_key_bytes != 0 ? 1 : 2;
  };
  std::stable_sort(list.begin(), list.end(),
                   [&rank](const Suite* a, const Suite* b) { return rank(a) < rank(b); });
  return joined(list);
}

std::string SuiteTable::all(bool tls13) const { return preference(0, tls13); }

std::string offered_groups(const ClientHello& hello) {
  return known_names(hello.supported_groups, kGroups);
}

std::string offered_signatures(const ClientHello& hello) {
  return known_names(hello.signature_algorithms, kSignatures);
}

}  // namespace vitrine::tls
