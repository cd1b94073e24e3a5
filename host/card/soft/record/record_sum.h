// The parts of a GCM tag as sums that may be added in any order (NIST SP 800-38D section 7.1):
//
//   tag = frame_sum + piece_sum of each piece of the ciphertext, once + the block under counter 1
//
// A block that is split between two pieces counts as two zero-padded halves.
#pragma once

#include <cstddef>

#include "host/base/bytes.h"
#include "host/card/soft/record/ghash.h"

namespace vitrine::card::soft {

// What the additional data and the lengths contribute. `text_size`: bytes of ciphertext, of any
// value that GhashKey::kMaxPower allows.
GhashBlock frame_sum(const GhashKey& key, Bytes additional, size_t text_size);
// What ciphertext bytes [offset, offset + piece.size()) contribute.
GhashBlock piece_sum(const GhashKey& key, size_t text_size, Bytes piece, size_t offset);
// Both together for the whole ciphertext, at one pass.
GhashBlock whole_sum(const GhashKey& key, Bytes additional, Bytes text);

}  // namespace vitrine::card::soft
