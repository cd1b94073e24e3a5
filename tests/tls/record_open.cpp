#include "tests/tls/record_open.h"

#include <algorithm>
#include <array>

#include "host/base/openssl.h"

namespace vitrine::tls::test {
namespace {

std::optional<std::string> decrypt(Bytes key, Bytes nonce, Bytes aad, Bytes sealed) {
  const UniqueCipherCtx context(EVP_CIPHER_CTX_new());
  const Bytes body = sealed.first(sealed.size() - 16);
  std::array<uint8_t, 16> tag{};
  std::copy_n(sealed.end() - 16, 16, tag.begin());
  std::string plaintext(body.size(), 0);
  auto* const out = reinterpret_cast<uint8_t*>(plaintext.data());
  int n = 0;
  const bool good =
      EVP_DecryptInit_ex(context.get(), key.size() == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm(),
                         nullptr, key.data(), nonce.data()) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &n, aad.data(), static_cast<int>(aad.size())) ==
          1 &&
      EVP_DecryptUpdate(context.get(), out, &n, body.data(), static_cast<int>(body.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, 16, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(context.get(), out, &n) == 1;
  return good ? std::optional(plaintext) : std::nullopt;
}

}  // namespace

std::vector<Bytes> split_records(Bytes stream) {
  std::vector<Bytes> records;
  while (stream.size() >= 5) {
    const size_t size = 5U + load_be16(stream.data() + 3);
    records.push_back(stream.first(size));
    stream = stream.subspan(size);
  }
  return records;
}

std::optional<OpenedRecord> open_record(card::TlsVersion version, const card::RecordKey& key,
                                        uint64_t number, Bytes record) {
  std::array<uint8_t, 12> nonce{};
  std::copy_n(key.iv.view().begin(), 12, nonce.begin());
  std::array<uint8_t, 8> number_bytes{};
  store_be64(number_bytes.data(), number);
  OpenedRecord opened;
  if (version == card::TlsVersion::kTls13) {
    for (size_t i = 0; i < 8; ++i) {
      nonce[4 + i] ^= number_bytes[i];
    }
    auto inner = decrypt(key.key.view(), nonce, record.first(5), record.subspan(5));
    if (!inner) {
      return std::nullopt;
    }
    inner->resize(inner->find_last_not_of('\0') + 1);
    opened.content_type = static_cast<uint8_t>(inner->back());
    inner->pop_back();
    opened.plaintext = std::move(*inner);
    return opened;
  }
  std::copy_n(record.begin() + 5, 8, nonce.begin() + 4);
  std::vector<uint8_t> aad(number_bytes.begin(), number_bytes.end());
  const size_t length = record.size() - 5 - 8 - 16;
  aad.insert(aad.end(),
             {record[0], 3, 3, static_cast<uint8_t>(length >> 8), static_cast<uint8_t>(length)});
  auto plaintext = decrypt(key.key.view(), nonce, aad, record.subspan(13));
  if (!plaintext) {
    return std::nullopt;
  }
  opened.content_type = record[0];
  opened.plaintext = std::move(*plaintext);
  return opened;
}

}  // namespace vitrine::tls::test
