#include "tests/trust/test_pki.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

namespace vitrine::test {
namespace {

void set_time(ASN1_TIME* into, time_t time) { ASSERT_NE(ASN1_TIME_adj(into, time, 0, 0), nullptr); }

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const UniqueX509Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  ASSERT_NE(extension, nullptr) << OBJ_nid2sn(nid) << "=" << value << " " << openssl_error_string();
  ASSERT_EQ(X509_add_ext(certificate, extension.get(), -1), 1);
}

void add_unknown_critical(X509* certificate) {
  const std::unique_ptr<ASN1_OBJECT, OpensslFree<ASN1_OBJECT_free>> object(
      OBJ_txt2obj("1.3.6.1.4.1.99999.1", 1));
  const UniqueAsn1OctetString value(ASN1_OCTET_STRING_new());
  const unsigned char null_value[] = {5, 0};
  ASSERT_EQ(ASN1_OCTET_STRING_set(value.get(), null_value, 2), 1);
  const UniqueX509Extension extension(
      X509_EXTENSION_create_by_OBJ(nullptr, object.get(), 1, value.get()));
  ASSERT_EQ(X509_add_ext(certificate, extension.get(), -1), 1);
}

}  // namespace

std::string TestCert::pem() const {
  const UniqueBio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate.get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<size_t>(size)};
}

std::vector<uint8_t> TestCert::der() const {
  unsigned char* encoded = nullptr;
  const int size = i2d_X509(certificate.get(), &encoded);
  const UniqueOpensslBytes owner(encoded);
  return {encoded, encoded + size};
}

std::shared_ptr<EVP_PKEY> make_ec_key() {
  return share(UniquePkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")));
}

std::shared_ptr<EVP_PKEY> make_rsa_key(unsigned int bits) {
  return share(UniquePkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<size_t>(bits))));
}

UniqueX509Name name_from(const std::string& one_line) {
  UniqueX509Name name(X509_NAME_new());
  std::istringstream parts(one_line);
  for (std::string part; std::getline(parts, part, '/');) {
    if (const size_t equals = part.find('='); equals != std::string::npos) {
      EXPECT_EQ(X509_NAME_add_entry_by_txt(
                    name.get(), part.substr(0, equals).c_str(), MBSTRING_UTF8,
                    reinterpret_cast<const unsigned char*>(part.c_str() + equals + 1), -1, -1, 0),
                1)
          << part;
    }
  }
  return name;
}

CertBuilder& CertBuilder::ca(std::optional<int> path_length) {
  extension(NID_basic_constraints,
            "critical,CA:TRUE" +
                (path_length ? ",pathlen:" + std::to_string(*path_length) : std::string()));
  return extension(NID_key_usage, "critical,keyCertSign,cRLSign");
}

CertBuilder& CertBuilder::alternative(const std::string& entry) {
  alternatives_ += (alternatives_.empty() ? "" : ",") + entry;
  return *this;
}

CertBuilder& CertBuilder::extension(int nid, const std::string& value) {
  extensions_.emplace_back(nid, value);
  return *this;
}

CertBuilder& CertBuilder::unknown_critical_extension() {
  unknown_critical_ = true;
  return *this;
}

CertBuilder& CertBuilder::validity(time_t not_before, time_t not_after) {
  not_before_ = not_before;
  not_after_ = not_after;
  return *this;
}

CertBuilder& CertBuilder::key(std::shared_ptr<EVP_PKEY> key) {
  key_ = std::move(key);
  return *this;
}

CertBuilder& CertBuilder::digest(const EVP_MD* md) {
  md_ = md;
  return *this;
}

CertBuilder& CertBuilder::serial(long number) {
  serial_ = number;
  return *this;
}

CertBuilder& CertBuilder::without_authority_key() {
  with_authority_key_ = false;
  return *this;
}

CertBuilder& CertBuilder::without_subject_key() {
  with_subject_key_ = false;
  return *this;
}

CertBuilder& CertBuilder::edit(std::function<void(X509*)> change) {
  changes_.push_back(std::move(change));
  return *this;
}

TestCert CertBuilder::self_signed() { return build(nullptr); }
TestCert CertBuilder::signed_by(const TestCert& issuer) { return build(&issuer); }

TestCert CertBuilder::build(const TestCert* issuer) {
  static long next_serial = 1000;
  TestCert made{share(UniqueX509(X509_new())), key_ != nullptr ? key_ : make_ec_key()};
  X509* const certificate = made.certificate.get();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial_ != 0 ? serial_ : ++next_serial);
  const UniqueX509Name subject = name_from(subject_);
  X509_set_subject_name(certificate, subject.get());
  X509* const parent = issuer != nullptr ? issuer->certificate.get() : certificate;
  X509_set_issuer_name(certificate, X509_get_subject_name(parent));
  set_time(X509_getm_notBefore(certificate), not_before_);
  set_time(X509_getm_notAfter(certificate), not_after_);
  X509_set_pubkey(certificate, made.key.get());
  if (with_subject_key_) {
    add_extension(certificate, parent, NID_subject_key_identifier, "hash");
  }
  if (issuer != nullptr && with_authority_key_) {
    add_extension(certificate, parent, NID_authority_key_identifier, "keyid:always");
  }
  for (const auto& [nid, value] : extensions_) {
    add_extension(certificate, parent, nid, value);
  }
  if (!alternatives_.empty()) {
    add_extension(certificate, parent, NID_subject_alt_name, alternatives_);
  }
  if (unknown_critical_) {
    add_unknown_critical(certificate);
  }
  for (const auto& change : changes_) {
    change(certificate);
  }
  EVP_PKEY* const signer = issuer != nullptr ? issuer->key.get() : made.key.get();
  EXPECT_GT(X509_sign(certificate, signer, md_), 0) << openssl_error_string();
  return from_der(made.der(), made.key);  // as a peer would see it
}

TestCert from_der(const std::vector<uint8_t>& der, std::shared_ptr<EVP_PKEY> key) {
  const unsigned char* at = der.data();
  TestCert made{share(UniqueX509(d2i_X509(nullptr, &at, static_cast<long>(der.size())))),
                std::move(key)};
  EXPECT_NE(made.certificate, nullptr) << openssl_error_string();
  return made;
}

std::vector<uint8_t> make_list(const TestCert& issuer, const ListOptions& options) {
  const std::unique_ptr<X509_CRL, OpensslFree<X509_CRL_free>> list(X509_CRL_new());
  X509_CRL_set_version(list.get(), X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(issuer.certificate.get()));
  const UniqueAsn1Time from(ASN1_TIME_adj(nullptr, options.this_update, 0, 0));
  const UniqueAsn1Time until(ASN1_TIME_adj(nullptr, options.next_update, 0, 0));
  X509_CRL_set1_lastUpdate(list.get(), from.get());
  X509_CRL_set1_nextUpdate(list.get(), until.get());
  for (const X509* certificate : options.revoked) {
    X509_REVOKED* const entry = X509_REVOKED_new();
    X509_REVOKED_set_serialNumber(entry,
                                  const_cast<ASN1_INTEGER*>(X509_get0_serialNumber(certificate)));
    X509_REVOKED_set_revocationDate(entry, from.get());
    X509_CRL_add0_revoked(list.get(), entry);
  }
  if (options.numbered) {
    const UniqueAsn1Integer number(ASN1_INTEGER_new());
    ASN1_INTEGER_set(number.get(), 7);
    X509_CRL_add1_ext_i2d(list.get(), NID_crl_number, number.get(), 0, 0);
  }
  EXPECT_GT(X509_CRL_sign(list.get(), issuer.key.get(), EVP_sha256()), 0);
  unsigned char* encoded = nullptr;
  const int size = i2d_X509_CRL(list.get(), &encoded);
  const UniqueOpensslBytes owner(encoded);
  return {encoded, encoded + size};
}

UniqueX509Stack stack_of(const std::vector<TestCert>& certificates) {
  UniqueX509Stack stack(sk_X509_new_null());
  for (const TestCert& one : certificates) {
    sk_X509_push(stack.get(), up_ref(one.certificate.get()).release());
  }
  return stack;
}

TempDir::TempDir() {
  std::string pattern = (std::filesystem::temp_directory_path() / "vitrine-XXXXXX").string();
  EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
  path_ = pattern;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_text(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace vitrine::test
