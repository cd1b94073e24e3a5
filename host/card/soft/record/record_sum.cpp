#include "host/card/soft/record/record_sum.h"

#include <cstring>

namespace vitrine::card::soft {
namespace {

// The block of bit lengths that ends GHASH's input.
GhashBlock length_block(size_t additional, size_t text) {
  return {static_cast<uint64_t>(text) * 8, static_cast<uint64_t>(additional) * 8};
}

size_t blocks_in(size_t bytes) { return (bytes + 15) / 16; }

}  // namespace

GhashBlock frame_sum(const GhashKey& key, Bytes additional, size_t text_size) {
  GhashBlock sum = key.raise(key.update_range({}, additional, 0), blocks_in(text_size));
  sum ^= length_block(additional.size(), text_size);
  return key.raise(sum, 1);
}

GhashBlock piece_sum(const GhashKey& key, size_t text_size, Bytes piece, size_t offset) {
  const GhashBlock sum = key.update_range({}, piece, offset);
  return key.raise(sum, blocks_in(text_size) - blocks_in(offset + piece.size()) + 1);
}

GhashBlock whole_sum(const GhashKey& key, Bytes additional, Bytes text) {
  // A short record is put together, so that one reduction serves for all of it.
  constexpr size_t kShort = 16 * (kGhashStride - 2);
  if (text.size() <= kShort && additional.size() <= 16) {
    alignas(64) uint8_t blocks[16 * kGhashStride];
    const size_t padded = 16 * blocks_in(text.size());
    const size_t lead = 16 * blocks_in(additional.size());
    std::memset(blocks, 0, 16);
    if (!additional.empty()) {
      std::memcpy(blocks, additional.data(), additional.size());
    }
    if (padded != 0) {
      std::memset(blocks + lead + padded - 16, 0, 16);
      std::memcpy(blocks + lead, text.data(), text.size());
    }
    store_ghash_block(blocks + lead + padded, length_block(additional.size(), text.size()));
    return key.update({}, blocks, blocks_in(lead + padded) + 1);
  }
  GhashBlock sum = key.update_range({}, additional, 0);
  sum = key.update_range(sum, text, 0);
  sum ^= length_block(additional.size(), text.size());
  return key.raise(sum, 1);
}

}  // namespace vitrine::card::soft
