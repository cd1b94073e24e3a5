// The appliance's certification authority on disk: made once, read by the signer only.
//
// DIR/ca/ca.key  PKCS#8 PEM, mode 0600, owned by the signer's user
// DIR/ca/ca.pem  the certificate, mode 0644
// Both appear together (a directory is filled aside and renamed) or not at all.
#pragma once

#include <cstdint>
#include <string>

#include "host/base/clock.h"
#include "host/base/openssl.h"
#include "host/base/status.h"
#include "host/trust/certificate.h"

namespace vitrine::signer {

enum class KeyType : uint8_t { kEcdsaP256, kRsa2048 };

// Threads: reentrant. The private parts live in OpenSSL's secure heap where that was set up.
Result<UniquePkey> generate_key(KeyType type);

// The user that the signer runs as and that owns the key, where the machine has it; else nobody's
// rights for the process and root for the file.
constexpr const char* kSignerUser = "vitrine-signer";

struct CaOptions {
  KeyType key_type = KeyType::kEcdsaP256;
  // "/O=Example/CN=Vitrine"; "" stands for "/O=Vitrine/CN=Vitrine CA of HOSTNAME".
  std::string subject;
  int days = 3650;
};

struct CaInfo {
  std::string subject;
  std::string key_type;     // "ECDSA P-256", "RSA 2048"
  std::string fingerprint;  // lower-case hexadecimal SHA-256 of the DER
  trust::Validity validity;
  std::string pem;
};

// Makes key and certificate. kAlreadyExists where there is a CA: it is never replaced silently.
// REQUIRES: secure_memory_init() has run.
Result<CaInfo> ca_init(const std::string& state_dir, const CaOptions& options = {},
                       const Clock& clock = Clock::system());

// Reads the certificate only. kNotFound, with what to type, where there is no CA.
Result<CaInfo> ca_show(const std::string& state_dir);
Result<UniqueX509> ca_certificate(const std::string& ca_dir);

// The private key, for the signer alone. Refuses a file that others than its owner may read.
// REQUIRES: secure_memory_init() has run, else kPermission.
Result<UniquePkey> ca_private_key(const std::string& ca_dir);

// DIR/ca for a state directory DIR; the two functions above take it rather than DIR, so that the
// signer can hold on to the directory it was started with.
std::string ca_directory(const std::string& state_dir);
std::string ca_key_path(const std::string& state_dir);
std::string ca_certificate_path(const std::string& state_dir);

}  // namespace vitrine::signer
