#include "tests/support/record_stream.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include <openssl/evp.h>

namespace vitrine::test {
namespace {

using card::TlsVersion;
using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

constexpr size_t kTag = 16;

const EVP_CIPHER* cipher_for(const ByteVector& key) {
  return key.size() == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm();
}

ByteVector make_nonce(TlsVersion version, const StreamKey& key, uint64_t number,
                      uint64_t explicit_nonce) {
  ByteVector nonce = key.iv;
  uint8_t tail[8];
  store_be64(tail, version == TlsVersion::kTls13 ? number : explicit_nonce);
  for (size_t i = 0; i < 8; ++i) {
    nonce[4 + i] =
        static_cast<uint8_t>(version == TlsVersion::kTls13 ? nonce[4 + i] ^ tail[i] : tail[i]);
  }
  return nonce;
}

ByteVector make_header(uint8_t type, size_t length) {
  return {type, 3, 3, static_cast<uint8_t>(length >> 8), static_cast<uint8_t>(length)};
}

// RFC 5246 section 6.2.3.3.
ByteVector tls12_additional(uint64_t number, uint8_t type, size_t length) {
  ByteVector additional(8);
  store_be64(additional.data(), number);
  const ByteVector header = make_header(type, length);
  additional.insert(additional.end(), header.begin(), header.end());
  return additional;
}

}  // namespace

ByteVector random_bytes(Random& random, size_t size) {
  ByteVector bytes(size);
  for (size_t at = 0; at < size; at += 8) {
    const uint64_t word = random();
    std::memcpy(bytes.data() + at, &word, std::min<size_t>(8, size - at));
  }
  return bytes;
}

size_t random_in(Random& random, size_t low, size_t high) {
  return low + static_cast<size_t>(random() % (high - low + 1));
}

StreamKey StreamKey::random(Random& random, TlsVersion version, size_t key_size) {
  StreamKey key{random_bytes(random, key_size), random_bytes(random, 12)};
  if (version == TlsVersion::kTls12) {
    std::fill(key.iv.begin() + 4, key.iv.end(), static_cast<uint8_t>(0));
  }
  return key;
}

card::RecordKey StreamKey::record_key() const { return {Secret(Bytes(key)), Secret(Bytes(iv))}; }

ByteVector gcm_seal(const ByteVector& key, Bytes nonce, Bytes additional, Bytes plaintext) {
  const Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  ByteVector out(plaintext.size() + kTag);
  int size = 0;
  EVP_EncryptInit_ex(context.get(), cipher_for(key), nullptr, key.data(), nonce.data());
  EVP_EncryptUpdate(context.get(), nullptr, &size, additional.data(),
                    static_cast<int>(additional.size()));
  EVP_EncryptUpdate(context.get(), out.data(), &size, plaintext.data(),
                    static_cast<int>(plaintext.size()));
  EVP_EncryptFinal_ex(context.get(), out.data(), &size);
  EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTag, out.data() + plaintext.size());
  return out;
}

std::optional<ByteVector> gcm_open(const ByteVector& key, Bytes nonce, Bytes additional,
                                   Bytes sealed) {
  const Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  const size_t text = sealed.size() - kTag;
  ByteVector out(text + kTag);
  ByteVector tag(sealed.begin() + static_cast<ptrdiff_t>(text), sealed.end());
  int size = 0;
  EVP_DecryptInit_ex(context.get(), cipher_for(key), nullptr, key.data(), nonce.data());
  EVP_DecryptUpdate(context.get(), nullptr, &size, additional.data(),
                    static_cast<int>(additional.size()));
  EVP_DecryptUpdate(context.get(), out.data(), &size, sealed.data(), static_cast<int>(text));
  EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTag, tag.data());
  if (EVP_DecryptFinal_ex(context.get(), out.data() + text, &size) != 1) {
    return std::nullopt;
  }
  out.resize(text);
  return out;
}

ByteVector RecordWriter::seal(uint8_t type, Bytes content, size_t padding) {
  ByteVector record;
  ByteVector sealed;
  if (version_ == TlsVersion::kTls13) {
    ByteVector inner(content.begin(), content.end());
    inner.push_back(type);
    inner.resize(inner.size() + padding);
    record = make_header(23, inner.size() + kTag);
    sealed = gcm_seal(key_.key, make_nonce(version_, key_, number_, 0), record, inner);
  } else {
    record = make_header(type, 8 + content.size() + kTag);
    uint8_t explicit_bytes[8];
    store_be64(explicit_bytes, explicit_nonce_);
    record.insert(record.end(), explicit_bytes, explicit_bytes + 8);
    sealed = gcm_seal(key_.key, make_nonce(version_, key_, number_, explicit_nonce_),
                      tls12_additional(number_, type, content.size()), content);
  }
  ++number_;
  ++explicit_nonce_;
  record.insert(record.end(), sealed.begin(), sealed.end());
  return record;
}

bool RecordReader::feed(Bytes bytes) {
  pending_.insert(pending_.end(), bytes.begin(), bytes.end());
  size_t at = 0;
  while (!bad_ && pending_.size() - at >= 5) {
    const size_t size = 5U + load_be16(pending_.data() + at + 3);
    if (pending_.size() - at < size) {
      break;
    }
    bad_ = !open(Bytes(pending_).subspan(at, size));
    at += size;
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<ptrdiff_t>(at));
  return !bad_;
}

bool RecordReader::open(Bytes record) {
  const bool tls13 = version_ == TlsVersion::kTls13;
  const size_t text = tls13 ? 5 : 13;
  if (record.size() < text + kTag) {
    return false;
  }
  const uint64_t explicit_nonce = tls13 ? 0 : load_be64(record.data() + 5);
  const ByteVector nonce = make_nonce(version_, key_, number_, explicit_nonce);
  const ByteVector additional =
      tls13 ? ByteVector(record.begin(), record.begin() + 5)
            : tls12_additional(number_, record[0], record.size() - text - kTag);
  auto plain = gcm_open(key_.key, nonce, additional, record.subspan(text));
  if (!plain) {
    return false;
  }
  ++number_;
  uint8_t type = record[0];
  if (tls13) {
    while (!plain->empty() && plain->back() == 0) {
      plain->pop_back();
    }
    if (plain->empty()) {
      return false;
    }
    type = plain->back();
    plain->pop_back();
    if (type == 22 && plain->size() >= 5 && (*plain)[plain->size() - 5] == 24 && !later_.empty()) {
      key_ = later_.front();
      later_.erase(later_.begin());
      number_ = 0;
    }
  }
  records_.push_back({type, std::move(*plain)});
  return true;
}

ByteVector RecordReader::data() const {
  ByteVector joined;
  for (const Record& record : records_) {
    if (record.type == 23) {
      joined.insert(joined.end(), record.content.begin(), record.content.end());
    }
  }
  return joined;
}

}  // namespace vitrine::test
