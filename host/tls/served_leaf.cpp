#include "host/tls/served_leaf.h"

namespace vitrine::tls {

ServedLeaf::ServedLeaf(UniqueX509 certificate, UniquePkey key, UniqueX509Stack issuers)
    : certificate_(std::move(certificate)), key_(std::move(key)), issuers_(std::move(issuers)) {}

Result<std::shared_ptr<const ServedLeaf>> ServedLeaf::create(UniqueX509 certificate, UniquePkey key,
                                                             UniqueX509Stack issuers) {
  if (!certificate || !key) {
    return {Code::kInvalidArgument, "a served leaf needs a certificate and its key"};
  }
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return openssl_status("leaf key and certificate differ", Code::kInvalidArgument);
  }
  return std::shared_ptr<const ServedLeaf>(
      new ServedLeaf(std::move(certificate), std::move(key), std::move(issuers)));
}

}  // namespace vitrine::tls
