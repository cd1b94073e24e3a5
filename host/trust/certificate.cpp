#include "host/trust/certificate.h"

#include <algorithm>
#include <climits>
#include <cstring>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>

namespace vitrine::trust {
namespace {

constexpr size_t kMaxOneLine = 1024;

using UniquePkcs7 = std::unique_ptr<PKCS7, OpensslFree<PKCS7_free>>;
using Certificates = std::vector<UniqueX509>;

Status too_many() {
  return {Code::kExhausted,
          "more than " + std::to_string(kMaxCertificatesInFile) + " certificates in one file"};
}

Status append_pkcs7(const PKCS7* bundle, Certificates& into) {
  if (bundle == nullptr || PKCS7_type_is_signed(bundle) == 0 || bundle->d.sign == nullptr) {
    return {Code::kMalformed, "PKCS#7 without certificates"};
  }
  const STACK_OF(X509)* certificates = bundle->d.sign->cert;
  for (int i = 0; i < sk_X509_num(certificates); ++i) {
    if (into.size() == kMaxCertificatesInFile) {
      return too_many();
    }
    into.push_back(up_ref(sk_X509_value(certificates, i)));
  }
  return Status::ok();
}

Status append_block(std::string_view label, const unsigned char* der, long size,
                    Certificates& into) {
  if (label == PEM_STRING_PKCS7 || label == "PKCS #7 SIGNED DATA") {
    return append_pkcs7(UniquePkcs7(d2i_PKCS7(nullptr, &der, size)).get(), into);
  }
  if (label != PEM_STRING_X509 && label != PEM_STRING_X509_OLD) {
    return Status::ok();  // keys, parameters and the like are not ours
  }
  const unsigned char* const end = der + size;
  UniqueX509 certificate(d2i_X509(nullptr, &der, size));
  if (certificate == nullptr || der != end) {
    return {Code::kMalformed, "certificate that does not parse"};
  }
  if (into.size() == kMaxCertificatesInFile) {
    return too_many();
  }
  into.push_back(std::move(certificate));
  return Status::ok();
}

Result<Certificates> parse_pem(Bytes bytes) {
  Certificates found;
  UniqueBio bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
  if (bio == nullptr) {
    return openssl_status("cannot read PEM");
  }
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  while (PEM_read_bio(bio.get(), &name, &header, &data, &size) == 1) {
    const UniqueOpensslText name_owner(name);
    const UniqueOpensslText header_owner(header);
    const UniqueOpensslBytes data_owner(data);
    if (Status status = append_block(name, data, size, found); !status) {
      ERR_clear_error();
      return status;
    }
  }
  const unsigned long error = ERR_peek_last_error();
  ERR_clear_error();
  // The end of the file reads as "no start line"; a block that broke off reads as anything else.
  if (error != 0 && ERR_GET_REASON(error) != PEM_R_NO_START_LINE) {
    return Status(Code::kMalformed, "PEM block that does not parse");
  }
  if (found.empty()) {
    return Status(Code::kMalformed, "no certificate in the PEM text");
  }
  return found;
}

Result<Certificates> parse_der(Bytes bytes) {
  Certificates found;
  const auto size = static_cast<long>(bytes.size());
  const unsigned char* at = bytes.data();
  const unsigned char* const end = at + size;
  if (UniqueX509 certificate(d2i_X509(nullptr, &at, size)); certificate != nullptr && at == end) {
    found.push_back(std::move(certificate));
    return found;
  }
  at = bytes.data();
  const UniquePkcs7 bundle(d2i_PKCS7(nullptr, &at, size));
  ERR_clear_error();
  if (bundle == nullptr || at != end) {
    return Status(Code::kMalformed, "neither PEM, nor a DER certificate, nor PKCS#7");
  }
  if (Status status = append_pkcs7(bundle.get(), found); !status) {
    return status;
  }
  if (found.empty()) {
    return Status(Code::kMalformed, "PKCS#7 without certificates");
  }
  return found;
}

Result<time_t> to_time(const ASN1_TIME* time) {
  tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) {
    return Status(Code::kMalformed, "certificate with a date that does not parse");
  }
  return timegm(&parts);
}

}  // namespace

Digest digest_of(const X509* certificate) {
  Digest digest{};
  unsigned int size = digest.size();
  if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) {
    digest.fill(0);
  }
  return digest;
}

Result<std::vector<UniqueX509>> parse_certificates(Bytes bytes) {
  if (bytes.empty() || bytes.size() > kMaxImportBytes) {
    return Status(Code::kInvalidArgument, "a certificate file holds 1 byte to 4 MiB");
  }
  return as_text(bytes).find("-----BEGIN ") != std::string_view::npos ? parse_pem(bytes)
                                                                      : parse_der(bytes);
}

Result<std::vector<uint8_t>> to_der(const X509* certificate) {
  unsigned char* encoded = nullptr;
  const int size = i2d_X509(certificate, &encoded);
  const UniqueOpensslBytes owner(encoded);
  if (size <= 0) {
    return openssl_status("cannot encode a certificate");
  }
  return std::vector<uint8_t>(encoded, encoded + size);
}

Result<std::string> to_pem(const X509* certificate) {
  UniqueBio bio(BIO_new(BIO_s_mem()));
  if (bio == nullptr || PEM_write_bio_X509(bio.get(), certificate) != 1) {
    return openssl_status("cannot encode a certificate");
  }
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<size_t>(size));
}

std::string one_line(const X509_NAME* name) {
  if (name == nullptr) {
    return "";
  }
  const UniqueOpensslText text(X509_NAME_oneline(name, nullptr, 0));
  ERR_clear_error();
  return text == nullptr ? "" : std::string(text.get(), strnlen(text.get(), kMaxOneLine));
}

std::string subject_of(const X509* certificate) {
  return certificate == nullptr ? "" : one_line(X509_get_subject_name(certificate));
}

std::string issuer_of(const X509* certificate) {
  return certificate == nullptr ? "" : one_line(X509_get_issuer_name(certificate));
}

std::string common_name_of(const X509* certificate) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  int last = -1;
  for (int i = X509_NAME_get_index_by_NID(subject, NID_commonName, -1); i >= 0;
       i = X509_NAME_get_index_by_NID(subject, NID_commonName, i)) {
    last = i;
  }
  if (last < 0) {
    return "";
  }
  unsigned char* utf8 = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, last)));
  const UniqueOpensslBytes owner(utf8);
  ERR_clear_error();
  if (size <= 0) {
    return "";
  }
  std::string text(reinterpret_cast<const char*>(utf8), static_cast<size_t>(size));
  const bool printable =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  return printable ? text : "";
}

Result<Validity> validity_of(const X509* certificate) {
  const Result<time_t> from = to_time(X509_get0_notBefore(certificate));
  const Result<time_t> until = to_time(X509_get0_notAfter(certificate));
  if (!from) {
    return from.status();
  }
  if (!until) {
    return until.status();
  }
  return Validity{*from, *until};
}

}  // namespace vitrine::trust
