// Which bytes of a direction have been let through: everything below a high mark but for at most
// four holes. Sequence numbers as received; they wrap.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "host/card/soft/record/sequence.h"

namespace vitrine::card::soft {

class SeenBytes {
 public:
  static constexpr size_t kMaxHoles = 4;

  explicit SeenBytes(Sequence start) : high_(start) {}

  // One past the highest byte seen.
  Sequence high() const { return high_; }
  size_t holes() const { return count_; }

  // The longest run from `begin` whose bytes are all fresh or all seen, no further than `limit`.
  // REQUIRES: begin before limit.
  struct Run {
    Sequence end;
    bool fresh;
  };
  Run run_at(Sequence begin, Sequence limit) const;

  // Marks [begin, end) as seen and adds the number of bytes that were fresh to `fresh`. False, and
  // nothing changes, where that would make a fifth hole.
  bool add(Sequence begin, Sequence end, uint64_t& fresh);
  // Bytes before this one no longer matter.
  void forget_before(Sequence sequence);

 private:
  struct Hole {
    Sequence begin;
    Sequence end;
  };

  bool add_slow(Sequence begin, Sequence end, uint64_t& fresh);

  std::array<Hole, kMaxHoles> holes_{};  // in order
  size_t count_ = 0;
  Sequence high_;
};

}  // namespace vitrine::card::soft
