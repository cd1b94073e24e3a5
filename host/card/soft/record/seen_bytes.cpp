#include "host/card/soft/record/seen_bytes.h"

namespace vitrine::card::soft {

SeenBytes::Run SeenBytes::run_at(Sequence begin, Sequence limit) const {
  if (sequence_at_most(high_, begin)) {
    return {limit, true};
  }
  for (size_t i = 0; i < count_; ++i) {
    const Hole& hole = holes_[i];
    if (sequence_before(begin, hole.begin)) {
      return {sequence_min(limit, hole.begin), false};
    }
    if (sequence_before(begin, hole.end)) {
      return {sequence_min(limit, hole.end), true};
    }
  }
  return {sequence_min(limit, high_), false};
}

bool SeenBytes::add(Sequence begin, Sequence end, uint64_t& fresh) {
  if (begin == high_ || (count_ == 0 && sequence_at_most(end, high_))) {
    if (sequence_before(high_, end)) {
      fresh += end - high_;
      high_ = end;
    }
    return true;
  }
  return add_slow(begin, end, fresh);
}

bool SeenBytes::add_slow(Sequence begin, Sequence end, uint64_t& fresh) {
  std::array<Hole, 2 * kMaxHoles + 1> left{};
  size_t count = 0;
  uint64_t filled = 0;
  for (size_t i = 0; i < count_; ++i) {
    const Hole& hole = holes_[i];
    const Sequence from = sequence_max(hole.begin, begin);
    const Sequence to = sequence_min(hole.end, end);
    if (sequence_at_most(to, from)) {
      left[count++] = hole;
      continue;
    }
    filled += to - from;
    if (sequence_before(hole.begin, from)) {
      left[count++] = {hole.begin, from};
    }
    if (sequence_before(to, hole.end)) {
      left[count++] = {to, hole.end};
    }
  }
  if (sequence_before(high_, begin)) {
    left[count++] = {high_, begin};
  }
  if (count > kMaxHoles) {
    return false;
  }
  for (size_t i = 0; i < count; ++i) {
    holes_[i] = left[i];
  }
  count_ = count;
  if (sequence_before(high_, end)) {
    filled += end - sequence_max(high_, begin);
    high_ = end;
  }
  fresh += filled;
  return true;
}

void SeenBytes::forget_before(Sequence sequence) {
  size_t kept = 0;
  for (size_t i = 0; i < count_; ++i) {
    Hole hole = holes_[i];
    if (sequence_at_most(hole.end, sequence)) {
      continue;
    }
    hole.begin = sequence_max(hole.begin, sequence);
    holes_[kept++] = hole;
  }
  count_ = kept;
}

}  // namespace vitrine::card::soft
