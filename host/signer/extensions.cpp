#include "host/signer/extensions.h"

namespace vitrine::signer {
namespace {

constexpr int kSerialBits = 127;

Status add_name(GENERAL_NAMES* names, int type, Bytes value) {
  UniqueGeneralName name(GENERAL_NAME_new());
  std::unique_ptr<ASN1_STRING, OpensslFree<ASN1_STRING_free>> text(
      ASN1_STRING_type_new(type == GEN_DNS ? V_ASN1_IA5STRING : V_ASN1_OCTET_STRING));
  if (name == nullptr || text == nullptr ||
      ASN1_STRING_set(text.get(), value.data(), static_cast<int>(value.size())) != 1) {
    return openssl_status("cannot make a subject name");
  }
  GENERAL_NAME_set0_value(name.get(), type, text.release());
  if (sk_GENERAL_NAME_push(names, name.get()) == 0) {
    return openssl_status("cannot make a subject name");
  }
  static_cast<void>(name.release());  // the stack's now
  return Status::ok();
}

}  // namespace

Status add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const UniqueX509Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  if (extension == nullptr || X509_add_ext(certificate, extension.get(), -1) != 1) {
    return openssl_status("cannot add a certificate extension");
  }
  return Status::ok();
}

Status add_names(X509* certificate, const SignRequest& request) {
  const UniqueGeneralNames names(sk_GENERAL_NAME_new_null());
  if (names == nullptr) {
    return openssl_status("cannot make the subject names");
  }
  for (const std::string& name : request.dns) {
    if (Status status = add_name(names.get(), GEN_DNS, as_bytes(name)); !status) {
      return status;
    }
  }
  for (const IpAddress& address : request.addresses) {
    if (Status status = add_name(names.get(), GEN_IPADD, address.view()); !status) {
      return status;
    }
  }
  const int critical = request.common_name.empty() ? 1 : 0;
  if (X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), critical,
                        X509V3_ADD_DEFAULT) != 1) {
    return openssl_status("cannot add the subject names");
  }
  return Status::ok();
}

Status set_random_serial(X509* certificate) {
  const UniqueBignum number(BN_new());
  if (number == nullptr ||
      BN_rand(number.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) != 1 ||
      BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) == nullptr) {
    return openssl_status("cannot draw a serial number");
  }
  return Status::ok();
}

Status set_validity(X509* certificate, int64_t not_before, int64_t not_after) {
  if (ASN1_TIME_adj(X509_getm_notBefore(certificate), not_before, 0, 0) == nullptr ||
      ASN1_TIME_adj(X509_getm_notAfter(certificate), not_after, 0, 0) == nullptr) {
    return openssl_status("dates that a certificate cannot hold", Code::kInvalidArgument);
  }
  return Status::ok();
}

}  // namespace vitrine::signer
