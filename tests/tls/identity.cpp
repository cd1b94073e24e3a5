#include "tests/tls/identity.h"

namespace vitrine::tls::test {

Identity make_identity(const std::string& name, bool rsa) {
  Identity identity;
  identity.key.reset(rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"));
  identity.certificate.reset(X509_new());
  X509* const certificate = identity.certificate.get();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, identity.key.get());
  X509_NAME* const subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate, subject);
  const UniqueX509Extension names(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("DNS:" + name).c_str()));
  X509_add_ext(certificate, names.get(), -1);
  X509_sign(certificate, identity.key.get(), EVP_sha256());
  return identity;
}

std::shared_ptr<const ServedLeaf> make_leaf(const std::string& name) {
  Identity identity = make_identity(name);
  return ServedLeaf::create(std::move(identity.certificate), std::move(identity.key), nullptr)
      .value();
}

}  // namespace vitrine::tls::test
