#include "host/card/soft/record/leg_key.h"

#include <cstring>

#include <openssl/crypto.h>

namespace vitrine::card::soft {

Status LegKey::check(const RecordKey& key) {
  if (!key.key.valid() || (key.key.size() != 16 && key.key.size() != 32)) {
    return {Code::kInvalidArgument, "record key: AES-GCM takes 16 or 32 bytes"};
  }
  if (!key.iv.valid() || key.iv.size() != 12) {
    return {Code::kInvalidArgument, "record key: the IV has 12 bytes"};
  }
  return Status::ok();
}

void LegKey::set(const AesEngine& engine, const RecordKey& key) {
  engine.expand(key.key.view(), aes_);
  uint8_t h[16] = {};
  engine.encrypt_block(aes_, h, h);
  ghash_.set(h);
  OPENSSL_cleanse(h, sizeof h);
  std::memcpy(iv_, key.iv.view().data(), sizeof iv_);
}

void LegKey::wipe() {
  aes_.wipe();
  ghash_.wipe();
  OPENSSL_cleanse(iv_, sizeof iv_);
}

Nonce LegKey::nonce(TlsVersion version, uint64_t number, uint64_t explicit_nonce) const {
  Nonce nonce;
  std::memcpy(nonce.bytes, iv_, sizeof iv_);
  const uint64_t tail =
      version == TlsVersion::kTls13 ? load_be64(iv_ + 4) ^ number : explicit_nonce;
  store_be64(nonce.bytes + 4, tail);
  return nonce;
}

}  // namespace vitrine::card::soft
