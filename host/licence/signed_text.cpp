#include "host/licence/signed_text.h"

#include <array>

#include <fmt/format.h>

#include "host/base/bytes.h"

namespace vitrine::licence {
namespace {

constexpr size_t kSignatureBytes = 64;
constexpr size_t kSignatureText = 88;  // 64 bytes in base 64

}  // namespace

Status check_signature(std::string_view said, std::string_view encoded, EVP_PKEY* signer,
                       std::string_view what) {
  std::array<uint8_t, kSignatureText> decoded{};
  // 66: the padding's two bytes are counted.
  if (encoded.size() != kSignatureText || !encoded.ends_with("==") ||
      EVP_DecodeBlock(decoded.data(), reinterpret_cast<const uint8_t*>(encoded.data()),
                      static_cast<int>(encoded.size())) != kSignatureBytes + 2) {
    return {Code::kMalformed,
            fmt::format("not a {}: the signature is not 64 bytes in base 64", what)};
  }
  const UniqueMdCtx context(EVP_MD_CTX_new());
  if (!context || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, signer) != 1) {
    return openssl_status(fmt::format("cannot check a {}", what));
  }
  const Bytes text = as_bytes(said);
  if (EVP_DigestVerify(context.get(), decoded.data(), kSignatureBytes, text.data(), text.size()) !=
      1) {
    static_cast<void>(openssl_error_string());  // empties the queue
    return {Code::kPermission,
            fmt::format("the {} was not signed for this appliance, or was changed since", what)};
  }
  return Status::ok();
}

Result<std::string> sign_text(std::string_view text, EVP_PKEY* signer) {
  const UniqueMdCtx context(EVP_MD_CTX_new());
  std::array<uint8_t, kSignatureBytes> signature{};
  size_t size = signature.size();
  const Bytes said = as_bytes(text);
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, signer) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, said.data(), said.size()) != 1 ||
      size != signature.size()) {
    return openssl_status("cannot sign");
  }
  std::array<uint8_t, kSignatureText + 1> encoded{};
  EVP_EncodeBlock(encoded.data(), signature.data(), static_cast<int>(size));
  return std::string(reinterpret_cast<const char*>(encoded.data()), kSignatureText);
}

}  // namespace vitrine::licence
