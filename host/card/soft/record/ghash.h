// GHASH for bytes that come in any order (NIST SP 800-38D section 6.4).
//
// The tag of a record is a sum in which block i of N is multiplied by H^(N-i+1): a term depends on
// the block and its distance from the end only. hash() sums a run of blocks by Horner's rule, as if
// the run were last; raise() moves the sum to where it belongs. Powers come from two tables, H^k =
// H^(32b) * H^a, so that raising costs at most two multiplications.
//
// Ownership: a value that holds key material; wiped when it goes. Threads: const use from any.
#pragma once

#include <cstddef>
#include <cstdint>

#include "host/base/bytes.h"
#include "host/card/soft/record/ghash_path.h"

namespace vitrine::card::soft {

class GhashKey {
 public:
  // The farthest that a block of the longest TLS record can be from the end.
  static constexpr size_t kMaxPower = 1055;

  GhashKey() = default;
  ~GhashKey() { wipe(); }
  GhashKey(const GhashKey&) = delete;
  GhashKey& operator=(const GhashKey&) = delete;

  // `h` is the zero block encrypted, 16 bytes. The path must outlive the key.
  void set(const uint8_t* h, const GhashPath& path = *ghash_paths().front());
  void wipe();

  // (sum + block) * H for each block.
  GhashBlock update(GhashBlock sum, const uint8_t* data, size_t blocks) const {
    return path_->update(powers_, sum, data, 0, 16 * blocks);
  }
  // x * H^power. REQUIRES: power <= kMaxPower.
  GhashBlock raise(GhashBlock x, size_t power) const;

  // update() over bytes [offset, offset + data.size()) of a text that is cut into blocks from its
  // offset 0; what is missing of the first and the last block counts as zero.
  GhashBlock update_range(GhashBlock sum, Bytes data, size_t offset) const {
    return data.empty() ? sum : path_->update(powers_, sum, data.data(), offset % 16, data.size());
  }

 private:
  static constexpr size_t kHighDigits = kMaxPower / kGhashStride + 1;

  const GhashPath* path_ = nullptr;
  GhashPowers powers_;
  GhashBlock high_[kHighDigits];  // H^(32 b); entry 0 is not used
};

}  // namespace vitrine::card::soft
