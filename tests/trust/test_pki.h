// Certificates for tests, made on the spot: a builder with OpenSSL's configuration syntax for the
// extensions.
//
//   TestCert root = CertBuilder("/CN=root").ca().self_signed();
//   TestCert leaf = CertBuilder("/CN=leaf").dns("a.example").signed_by(root);
//
// Times are seconds since 1970 UTC around kNow, never the machine's clock; but a program that makes
// certificates for a running daemon is built with VITRINE_TEST_AT_THIS_TIME.
#pragma once

#include <ctime>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/base/openssl.h"

namespace vitrine::test {

#ifdef VITRINE_TEST_AT_THIS_TIME
inline const time_t kNow = std::time(nullptr);
#else
constexpr time_t kNow = 1'800'000'000;
#endif
constexpr time_t kDay = 86400;

struct TestCert {
  std::shared_ptr<X509> certificate;
  std::shared_ptr<EVP_PKEY> key;

  std::string pem() const;
  std::vector<uint8_t> der() const;
};

std::shared_ptr<EVP_PKEY> make_ec_key();
std::shared_ptr<EVP_PKEY> make_rsa_key(unsigned int bits);

class CertBuilder {
 public:
  explicit CertBuilder(std::string subject) : subject_(std::move(subject)) {}

  CertBuilder& ca(std::optional<int> path_length = std::nullopt);
  CertBuilder& dns(const std::string& name) { return alternative("DNS:" + name); }
  CertBuilder& ip(const std::string& address) { return alternative("IP:" + address); }
  // "DNS:a", "email:b", "URI:c"
  CertBuilder& alternative(const std::string& entry);
  // e.g. (NID_ext_key_usage, "clientAuth")
  CertBuilder& extension(int nid, const std::string& value);
  CertBuilder& unknown_critical_extension();
  CertBuilder& validity(time_t not_before, time_t not_after);
  CertBuilder& key(std::shared_ptr<EVP_PKEY> key);
  CertBuilder& digest(const EVP_MD* md);
  CertBuilder& serial(long number);
  CertBuilder& without_authority_key();
  CertBuilder& without_subject_key();
  // Called on the finished certificate just before it is signed.
  CertBuilder& edit(std::function<void(X509*)> change);

  TestCert self_signed();
  TestCert signed_by(const TestCert& issuer);

 private:
  TestCert build(const TestCert* issuer);

  std::string subject_;
  std::vector<std::pair<int, std::string>> extensions_;
  std::string alternatives_;
  bool unknown_critical_ = false;
  time_t not_before_ = kNow - 30 * kDay;
  time_t not_after_ = kNow + 30 * kDay;
  std::shared_ptr<EVP_PKEY> key_;
  const EVP_MD* md_ = EVP_sha256();
  long serial_ = 0;
  bool with_authority_key_ = true;
  bool with_subject_key_ = true;
  std::vector<std::function<void(X509*)>> changes_;
};

// The same certificate from changed DER.
TestCert from_der(const std::vector<uint8_t>& der, std::shared_ptr<EVP_PKEY> key);

// A version 2 revocation list of `issuer`, in DER.
struct ListOptions {
  std::vector<const X509*> revoked;
  time_t this_update = kNow - kDay;
  time_t next_update = kNow + kDay;
  bool numbered = true;
};
std::vector<uint8_t> make_list(const TestCert& issuer, const ListOptions& options);

// References to the certificates, in order.
UniqueX509Stack stack_of(const std::vector<TestCert>& certificates);

// "/CN=a/O=b" as a name. REQUIRES: well formed.
UniqueX509Name name_from(const std::string& one_line);

// A directory that goes with the object.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string read_text(const std::string& path);
void write_text(const std::string& path, std::string_view text);

}  // namespace vitrine::test
