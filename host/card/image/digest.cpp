#include "host/card/image/digest.h"

#include "host/base/openssl.h"

namespace vitrine::card::image {

Result<Digest> sha256(Bytes bytes) {
  Digest digest;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    return openssl_status("cannot hash");
  }
  return digest;
}

}  // namespace vitrine::card::image
