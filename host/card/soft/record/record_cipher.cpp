#include "host/card/soft/record/record_cipher.h"

#include <openssl/crypto.h>

#include "host/card/soft/record/record_sum.h"

namespace vitrine::card::soft {
bool RecordCipher::open_whole(const LegKey& key, RecordSlot& slot, MutableBytes text,
                              const uint8_t* tag) const {
  const Nonce nonce = key.nonce(version_, slot.in_number, slot.in_explicit);
  uint8_t mask[16];
  slot.in_sum = whole_sum(key.ghash(), additional_data(slot, slot.in_number).view(), text);
  aes_.crypt_with_mask(key.aes(), nonce, text, mask);
  slot.in_sum ^= load_ghash_block(mask);
  uint8_t expected[kTagSize];
  store_ghash_block(expected, slot.in_sum);
  return CRYPTO_memcmp(expected, tag, kTagSize) == 0;
}

void RecordCipher::seal_whole(const LegKey& key, RecordSlot& slot, MutableBytes text) const {
  const Nonce nonce = key.nonce(version_, slot.out_number, slot.out_explicit);
  uint8_t mask[16];
  aes_.crypt_with_mask(key.aes(), nonce, text, mask);
  slot.out_sum = whole_sum(key.ghash(), additional_data(slot, slot.out_number).view(), text);
  slot.out_sum ^= load_ghash_block(mask);
  slot.seen = slot.text;
  slot.finished = true;
}

void RecordCipher::open(const LegKey& key, RecordSlot& slot, MutableBytes piece, size_t offset,
                        bool fresh) const {
  const Nonce nonce = key.nonce(version_, slot.in_number, slot.in_explicit);
  if (!fresh) {
    aes_.crypt(key.aes(), nonce, piece, offset);
    return;
  }
  slot.in_sum ^= piece_sum(key.ghash(), slot.text, piece, offset);
  slot.seen = static_cast<uint16_t>(slot.seen + piece.size());
  if (offset != 0) {
    aes_.crypt(key.aes(), nonce, piece, offset);
    return;
  }
  uint8_t mask[16];
  aes_.crypt_with_mask(key.aes(), nonce, piece, mask);
  slot.in_sum ^= load_ghash_block(mask);
  slot.in_masked = true;
}

void RecordCipher::seal(const LegKey& key, RecordSlot& slot, MutableBytes piece, size_t offset,
                        bool fresh) const {
  const Nonce nonce = key.nonce(version_, slot.out_number, slot.out_explicit);
  if (!fresh) {
    aes_.crypt(key.aes(), nonce, piece, offset);
    return;
  }
  if (offset != 0) {
    aes_.crypt(key.aes(), nonce, piece, offset);
  } else {
    uint8_t mask[16];
    aes_.crypt_with_mask(key.aes(), nonce, piece, mask);
    slot.out_sum ^= load_ghash_block(mask);
    slot.out_masked = true;
  }
  slot.out_sum ^= piece_sum(key.ghash(), slot.text, piece, offset);
}

void RecordCipher::finish(const GenerationKeys& keys, RecordSlot& slot) const {
  uint8_t mask[16];
  slot.in_sum ^=
      frame_sum(keys.in.ghash(), additional_data(slot, slot.in_number).view(), slot.text);
  if (!slot.in_masked) {
    aes_.tag_mask(keys.in.aes(), keys.in.nonce(version_, slot.in_number, slot.in_explicit), mask);
    slot.in_sum ^= load_ghash_block(mask);
  }
  slot.out_sum ^=
      frame_sum(keys.out.ghash(), additional_data(slot, slot.out_number).view(), slot.text);
  if (!slot.out_masked) {
    aes_.tag_mask(keys.out.aes(), keys.out.nonce(version_, slot.out_number, slot.out_explicit),
                  mask);
    slot.out_sum ^= load_ghash_block(mask);
  }
  slot.finished = true;
}

}  // namespace vitrine::card::soft
