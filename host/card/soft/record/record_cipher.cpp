#include "host/card/soft/record/record_cipher.h"

#include <openssl/crypto.h>

namespace vitrine::card::soft {
namespace {

// The block of bit lengths that ends GHASH's input (SP 800-38D section 7.1).
GhashBlock length_block(size_t additional, size_t text) {
  return {static_cast<uint64_t>(text) * 8, static_cast<uint64_t>(additional) * 8};
}

size_t blocks_in(size_t bytes) { return (bytes + 15) / 16; }

// The sum of a whole record, in order, but for the mask.
GhashBlock whole_sum(const GhashKey& key, TlsVersion version, const RecordSlot& slot,
                     uint64_t number, Bytes text) {
  uint8_t block[16];
  const size_t additional = make_additional_data(version, slot.type, number, slot.text, block);
  GhashBlock sum = key.update({}, block, 1);
  sum = key.update_range(sum, text, 0);
  sum ^= length_block(additional, slot.text);
  return key.raise(sum, 1);
}

// What a piece adds to the sum: Horner's rule over the piece, then its distance to the length block.
GhashBlock piece_sum(const GhashKey& key, const RecordSlot& slot, Bytes piece, size_t offset) {
  const GhashBlock sum = key.update_range({}, piece, offset);
  return key.raise(sum, blocks_in(slot.text) - blocks_in(offset + piece.size()) + 1);
}

}  // namespace

bool RecordCipher::open_whole(const LegKey& key, RecordSlot& slot, MutableBytes text,
                              const uint8_t* tag) const {
  const Nonce nonce = key.nonce(version_, slot.in_number, slot.in_explicit);
  uint8_t mask[16];
  slot.in_sum = whole_sum(key.ghash(), version_, slot, slot.in_number, text);
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
  slot.out_sum = whole_sum(key.ghash(), version_, slot, slot.out_number, text);
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
  slot.in_sum ^= piece_sum(key.ghash(), slot, piece, offset);
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
  slot.out_sum ^= piece_sum(key.ghash(), slot, piece, offset);
}

GhashBlock RecordCipher::frame_sum(const LegKey& key, const RecordSlot& slot,
                                   uint64_t number) const {
  uint8_t block[16];
  const size_t additional = make_additional_data(version_, slot.type, number, slot.text, block);
  GhashBlock sum = key.ghash().raise(load_ghash_block(block), blocks_in(slot.text) + 2);
  sum ^= key.ghash().raise(length_block(additional, slot.text), 1);
  return sum;
}

void RecordCipher::finish(const GenerationKeys& keys, RecordSlot& slot) const {
  uint8_t mask[16];
  slot.in_sum ^= frame_sum(keys.in, slot, slot.in_number);
  if (!slot.in_masked) {
    aes_.tag_mask(keys.in.aes(), keys.in.nonce(version_, slot.in_number, slot.in_explicit), mask);
    slot.in_sum ^= load_ghash_block(mask);
  }
  slot.out_sum ^= frame_sum(keys.out, slot, slot.out_number);
  if (!slot.out_masked) {
    aes_.tag_mask(keys.out.aes(), keys.out.nonce(version_, slot.out_number, slot.out_explicit),
                  mask);
    slot.out_sum ^= load_ghash_block(mask);
  }
  slot.finished = true;
}

}  // namespace vitrine::card::soft
