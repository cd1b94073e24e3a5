// Making the CA and showing it.  Its files are ca_files.cpp's.
#include "host/signer/ca.h"

#include <array>
#include <string_view>

#include <unistd.h>

#include "host/base/bytes.h"
#include "host/signer/ca_files.h"
#include "host/signer/extensions.h"

namespace vitrine::signer {
namespace {

constexpr int kMaxDays = 36500;
constexpr int64_t kDaySeconds = 86400;
constexpr size_t kMaxSubject = 512;

std::string default_subject() {
  std::array<char, 65> host{};
  ::gethostname(host.data(), host.size() - 1);
  // A commonName holds 64 characters.
  const std::string name = "Vitrine CA of " + std::string(host.data());
  return "/O=Vitrine/CN=" + name.substr(0, kMaxCommonName);
}

Status bad_subject(std::string_view why) {
  return {Code::kInvalidArgument,
          "CA subject: " + std::string(why) + "; write it like /O=Example/CN=Example inspection"};
}

// "/O=Example/CN=Vitrine"
Result<UniqueX509Name> parse_subject(std::string_view text) {
  if (text.size() > kMaxSubject || !text.starts_with('/')) {
    return bad_subject("does not begin with / or is too long");
  }
  UniqueX509Name name(X509_NAME_new());
  while (!text.empty()) {
    text.remove_prefix(1);
    const std::string part(text.substr(0, text.find('/')));
    text.remove_prefix(part.size());
    const size_t equals = part.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == part.size()) {
      return bad_subject("\"" + part + "\" is not NAME=VALUE");
    }
    const auto* value = reinterpret_cast<const unsigned char*>(part.c_str() + equals + 1);
    if (X509_NAME_add_entry_by_txt(name.get(), part.substr(0, equals).c_str(), MBSTRING_UTF8, value,
                                   -1, -1, 0) != 1) {
      static_cast<void>(openssl_error_string());
      return bad_subject("\"" + part + "\" is unknown or too long");
    }
  }
  return name;
}

Status fill(X509* certificate, const CaOptions& options, const X509_NAME* subject, EVP_PKEY* key,
            int64_t now) {
  if (X509_set_version(certificate, X509_VERSION_3) != 1 ||
      X509_set_subject_name(certificate, subject) != 1 ||
      X509_set_issuer_name(certificate, subject) != 1 || X509_set_pubkey(certificate, key) != 1) {
    return openssl_status("cannot make the CA certificate");
  }
  if (Status status = set_random_serial(certificate); !status) {
    return status;
  }
  // A day back, for clients whose clock is slow.
  if (Status status =
          set_validity(certificate, now - kDaySeconds, now + options.days * kDaySeconds);
      !status) {
    return status;
  }
  constexpr std::array<std::pair<int, const char*>, 3> kExtensions = {{
      {NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
      {NID_key_usage, "critical,keyCertSign,cRLSign"},
      {NID_subject_key_identifier, "hash"},
  }};
  for (const auto& [nid, value] : kExtensions) {
    if (Status status = add_extension(certificate, certificate, nid, value); !status) {
      return status;
    }
  }
  if (X509_sign(certificate, key, EVP_sha256()) <= 0) {
    return openssl_status("cannot sign the CA certificate");
  }
  return Status::ok();
}

std::string key_type_of(X509* certificate) {
  EVP_PKEY* const key = X509_get0_pubkey(certificate);
  if (key == nullptr) {
    return "unknown";
  }
  if (EVP_PKEY_is_a(key, "RSA") == 1) {
    return "RSA " + std::to_string(EVP_PKEY_get_bits(key));
  }
  return EVP_PKEY_is_a(key, "EC") == 1 && EVP_PKEY_get_bits(key) == 256 ? "ECDSA P-256" : "other";
}

Result<CaInfo> describe(X509* certificate) {
  Result<std::string> pem = trust::to_pem(certificate);
  const Result<trust::Validity> validity = trust::validity_of(certificate);
  if (!pem) {
    return pem.status();
  }
  if (!validity) {
    return validity.status();
  }
  return CaInfo{trust::subject_of(certificate), key_type_of(certificate),
                to_hex(trust::digest_of(certificate)), *validity, std::move(pem).value()};
}

}  // namespace

Result<UniquePkey> generate_key(KeyType type) {
  UniquePkey key(type == KeyType::kEcdsaP256
                     ? EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")
                     : EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<size_t>(2048)));
  if (key == nullptr) {
    return openssl_status("cannot generate a key");
  }
  return key;
}

Result<CaInfo> ca_init(const std::string& state_dir, const CaOptions& options, const Clock& clock) {
  if (options.days < 1 || options.days > kMaxDays) {
    return Status(Code::kInvalidArgument, "a CA is valid for 1 to 36500 days");
  }
  if (CRYPTO_secure_malloc_initialized() == 0) {
    return Status(Code::kPermission, "no locked memory for the CA key");
  }
  const Result<UniqueX509Name> subject =
      parse_subject(options.subject.empty() ? default_subject() : options.subject);
  if (!subject) {
    return subject.status();
  }
  const Result<UniquePkey> key = generate_key(options.key_type);
  if (!key) {
    return key.status();
  }
  const UniqueX509 certificate(X509_new());
  if (certificate == nullptr) {
    return openssl_status("cannot make the CA certificate");
  }
  if (Status status =
          fill(certificate.get(), options, subject->get(), key->get(), clock.wall_ms() / 1000);
      !status) {
    return status;
  }
  if (Status status = write_ca(state_dir, certificate.get(), key->get()); !status) {
    return status;
  }
  return describe(certificate.get());
}

Result<CaInfo> ca_show(const std::string& state_dir) {
  const Result<UniqueX509> certificate = ca_certificate(ca_directory(state_dir));
  return certificate ? describe(certificate->get()) : Result<CaInfo>(certificate.status());
}

}  // namespace vitrine::signer
