#include "host/licence/signer_key.h"

#include <string_view>

#include <openssl/pem.h>

namespace vitrine::licence {
namespace {

// The PEM file, as the build copied it here (CMakeLists.txt).
constexpr std::string_view kPublicKey =
#include "licence_public_key.inc"
    ;

}  // namespace

Result<UniquePkey> signer_key() {
  const UniqueBio bio(BIO_new_mem_buf(kPublicKey.data(), static_cast<int>(kPublicKey.size())));
  UniquePkey key(bio ? PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr) : nullptr);
  if (!key) {
    return openssl_status("this build's licence key is not usable");
  }
  return key;
}

}  // namespace vitrine::licence
