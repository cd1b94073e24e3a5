// A rule generation as the words that the hardware's rule memories hold.
//
// rtl/rules matches by bit vectors: a packet's fields are cut into chunks of five bits, and for
// every chunk a memory says, for each of the 32 values (rows), which rules agree with it. One word
// is a chunk's row for a slice of 32 rules, rule 32 * slice + i in bit i. rtl/rules/rules_chunks.sv
// says which field is in which chunk. Values only; any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "host/base/status.h"
#include "host/card/types.h"

namespace vitrine::card {

class RuleImage {
 public:
  static constexpr size_t kChunks = 68;       // that match
  static constexpr size_t kActionChunk = 68;  // its row r holds the actions of rule 32 * slice + r
  static constexpr size_t kRows = 32;
  static constexpr size_t kRulesPerSlice = 32;
  static constexpr size_t kWordsPerSlice = (kChunks + 1) * kRows;

  // kInvalidArgument: an action of splice, a network or VLAN id that cannot be; kExhausted: more
  // than max_rules.
  static Result<RuleImage> compile(const RuleGeneration& generation, size_t max_rules);

  // Slices that the rules take; the hardware looks at no others, so no others need be written.
  size_t slices() const { return words_.size() / kWordsPerSlice; }
  // REQUIRES: slice < slices(), chunk <= kActionChunk, row < kRows.
  uint32_t word(size_t slice, size_t chunk, size_t row) const {
    return words_[(slice * (kChunks + 1) + chunk) * kRows + row];
  }
  Action otherwise() const { return otherwise_; }
  uint32_t configuration_version() const { return configuration_version_; }

 private:
  std::vector<uint32_t> words_;
  Action otherwise_ = Action::kForward;
  uint32_t configuration_version_ = 0;
};

}  // namespace vitrine::card
