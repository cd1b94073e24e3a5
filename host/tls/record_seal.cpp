#include "host/tls/record_seal.h"

#include <algorithm>
#include <array>

namespace vitrine::tls {
namespace {

constexpr size_t kTag = 16;
constexpr size_t kExplicitNonce = 8;
constexpr size_t kNonce = 12;
constexpr size_t kMaxPlaintext = 1 << 14;
constexpr uint8_t kApplicationData = 23;

struct Parts {
  std::array<uint8_t, kNonce> nonce{};
  std::vector<uint8_t> aad;
  std::vector<uint8_t> prefix;  // header and explicit nonce, as sent
  std::vector<uint8_t> inner;   // what is encrypted
};

std::vector<uint8_t> header(uint8_t type, size_t length) {
  return {type, 3, 3, static_cast<uint8_t>(length >> 8), static_cast<uint8_t>(length)};
}

Parts tls13_parts(const RecordDirection& out, uint8_t type, Bytes plaintext) {
  Parts parts;
  std::array<uint8_t, kNonce> number{};
  store_be64(number.data() + 4, out.next_record);
  const Bytes iv = out.key.iv.view();
  for (size_t i = 0; i < kNonce; ++i) {
    parts.nonce[i] = iv[i] ^ number[i];
  }
  parts.inner.assign(plaintext.begin(), plaintext.end());
  parts.inner.push_back(type);
  parts.prefix = header(kApplicationData, parts.inner.size() + kTag);
  parts.aad = parts.prefix;
  return parts;
}

Parts tls12_parts(const RecordDirection& out, uint8_t type, Bytes plaintext) {
  Parts parts;
  std::copy_n(out.key.iv.view().begin(), 4, parts.nonce.begin());
  store_be64(parts.nonce.data() + 4, out.explicit_nonce);
  parts.inner.assign(plaintext.begin(), plaintext.end());
  parts.prefix = header(type, kExplicitNonce + plaintext.size() + kTag);
  parts.prefix.insert(parts.prefix.end(), parts.nonce.begin() + 4, parts.nonce.end());
  parts.aad.resize(8);
  store_be64(parts.aad.data(), out.next_record);
  const auto plain_header = header(type, plaintext.size());
  parts.aad.insert(parts.aad.end(), plain_header.begin(), plain_header.end());
  return parts;
}

bool encrypt(const Parts& parts, Bytes key, std::vector<uint8_t>& record) {
  const UniqueCipherCtx context(EVP_CIPHER_CTX_new());
  const EVP_CIPHER* cipher = key.size() == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm();
  record = parts.prefix;
  const size_t body = record.size();
  record.resize(body + parts.inner.size() + kTag);
  int n = 0;
  return context != nullptr &&
         EVP_EncryptInit_ex(context.get(), cipher, nullptr, key.data(), parts.nonce.data()) == 1 &&
         EVP_EncryptUpdate(context.get(), nullptr, &n, parts.aad.data(),
                           static_cast<int>(parts.aad.size())) == 1 &&
         EVP_EncryptUpdate(context.get(), record.data() + body, &n, parts.inner.data(),
                           static_cast<int>(parts.inner.size())) == 1 &&
         EVP_EncryptFinal_ex(context.get(), record.data() + record.size() - kTag, &n) == 1 &&
         EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTag,
                             record.data() + record.size() - kTag) == 1;
}

}  // namespace

Result<std::vector<uint8_t>> seal_record(card::TlsVersion version, const RecordDirection& out,
                                         uint8_t content_type, Bytes plaintext) {
  const size_t key_bytes = out.key.key.size();
  if ((key_bytes != 16 && key_bytes != 32) || out.key.iv.size() != kNonce ||
      plaintext.size() > kMaxPlaintext) {
    return {Code::kInvalidArgument, "no AES-GCM key, or a record too long to seal"};
  }
  const Parts parts = version == card::TlsVersion::kTls13
                          ? tls13_parts(out, content_type, plaintext)
                          : tls12_parts(out, content_type, plaintext);
  std::vector<uint8_t> record;
  if (!encrypt(parts, out.key.key.view(), record)) {
    return openssl_status("sealing a record");
  }
  return record;
}

}  // namespace vitrine::tls
