// A bounded first-in first-out queue of frames that wait for a decision.
//
// Owns copies. Bounded in bytes and in frames: a full queue refuses, and TCP sends again. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "host/base/bytes.h"
#include "host/base/status.h"

namespace vitrine::wire {

struct HeldFrame {
  std::vector<uint8_t> frame;
  uint16_t segment_size = 0;  // as in card::FrameMeta
};

class HoldQueue {
 public:
  explicit HoldQueue(size_t max_bytes, size_t max_frames = 4096)
      : max_bytes_(max_bytes), max_frames_(max_frames) {}

  // kExhausted where the frame does not fit; then nothing changed.
  Status push(Bytes frame, uint16_t segment_size);
  // REQUIRES: not empty.
  HeldFrame pop();
  const HeldFrame& front() const { return frames_.front(); }

  bool empty() const { return frames_.empty(); }
  size_t size() const { return frames_.size(); }
  size_t bytes() const { return bytes_; }
  const std::deque<HeldFrame>& frames() const { return frames_; }
  void clear();

 private:
  size_t max_bytes_;
  size_t max_frames_;
  size_t bytes_ = 0;
  std::deque<HeldFrame> frames_;
};

}  // namespace vitrine::wire
