#include "host/signer/untrusted_ca.h"

#include <array>
#include <utility>

#include "host/signer/ca.h"
#include "host/signer/extensions.h"

namespace vitrine::signer {
namespace {

constexpr int64_t kLifetime = 3650LL * 86400;

bool set_name(X509_NAME* name) {
  const auto add = [name](int nid, const char* text) {
    return X509_NAME_add_entry_by_NID(name, nid, MBSTRING_ASC,
                                      reinterpret_cast<const unsigned char*>(text), -1, -1, 0) == 1;
  };
  return add(NID_organizationName, "Vitrine") && add(NID_commonName, kUntrustedName);
}

}  // namespace

Result<UntrustedCa> make_untrusted_ca(int64_t now) {
  Result<UniquePkey> key = generate_key(KeyType::kEcdsaP256);
  if (!key) {
    return key.status();
  }
  UniqueX509 made(X509_new());
  if (made == nullptr || X509_set_version(made.get(), X509_VERSION_3) != 1 ||
      !set_name(X509_get_subject_name(made.get())) ||
      X509_set_issuer_name(made.get(), X509_get_subject_name(made.get())) != 1 ||
      X509_set_pubkey(made.get(), key->get()) != 1) {
    return openssl_status("cannot make the untrusted CA");
  }
  for (Status status :
       {set_random_serial(made.get()), set_validity(made.get(), now - 86400, now + kLifetime),
        add_extension(made.get(), made.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0"),
        add_extension(made.get(), made.get(), NID_key_usage, "critical,keyCertSign"),
        add_extension(made.get(), made.get(), NID_subject_key_identifier, "hash")}) {
    if (!status) {
      return status;
    }
  }
  if (X509_sign(made.get(), key->get(), EVP_sha256()) <= 0) {
    return openssl_status("cannot sign the untrusted CA");
  }
  return UntrustedCa{std::move(made), std::move(key).value()};
}

}  // namespace vitrine::signer
