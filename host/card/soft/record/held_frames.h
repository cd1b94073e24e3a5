// Strict mode: frames whose records have not verified yet, kept edited and whole until they may
// leave.
//
// Ownership: buffers belong to a pool that all splices share; a list gives them back. Threads: one.
// Memory: all of it is allocated with the pool. Limits: the pool, and kMaxPerDirection for one
// list.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "host/base/bytes.h"
#include "host/card/soft/parsed_frame.h"
#include "host/card/soft/record/sequence.h"

namespace vitrine::card::soft {

struct HeldFrame {
  HeldFrame* next = nullptr;
  ParsedFrame parsed;
  Sequence begin = 0;  // of its payload, as received
  Sequence end = 0;
  uint16_t segment_size = 0;
  uint32_t size = 0;
  uint32_t capacity = 0;
  uint8_t* data = nullptr;

  MutableBytes frame() { return {data, size}; }
};

class FramePool {
 public:
  static constexpr size_t kSmall = 2048;
  static constexpr size_t kLarge = 66 * 1024;

  FramePool(size_t small_frames, size_t large_frames);

  // Null where no buffer of that size is left.
  HeldFrame* take(size_t size);
  void give(HeldFrame* frame);
  size_t available() const { return small_.size() + large_.size(); }

 private:
  std::unique_ptr<uint8_t[]> bytes_;
  std::vector<HeldFrame> frames_;
  std::vector<HeldFrame*> small_;
  std::vector<HeldFrame*> large_;
};

// Frames in order of arrival.
class HeldFrames {
 public:
  static constexpr size_t kMaxPerDirection = 64;

  explicit HeldFrames(FramePool& pool) : pool_(pool) {}
  ~HeldFrames() { clear(); }
  HeldFrames(const HeldFrames&) = delete;
  HeldFrames& operator=(const HeldFrames&) = delete;

  size_t size() const { return size_; }
  // Copies the frame; false where there is no room.
  bool hold(Bytes frame, const ParsedFrame& parsed, Sequence begin, uint16_t segment_size);
  void clear();

  // Hands the frames that `ready(begin, end)` accepts to `release(HeldFrame&)`, oldest first.
  template <typename Ready, typename Release>
  void release_if(Ready&& ready, Release&& release) {
    for (HeldFrame** link = &first_; *link != nullptr;) {
      HeldFrame* held = *link;
      if (!ready(held->begin, held->end)) {
        link = &held->next;
        continue;
      }
      unlink(link);
      release(*held);
      pool_.give(held);
    }
  }

 private:
  void unlink(HeldFrame** link);

  FramePool& pool_;
  HeldFrame* first_ = nullptr;
  HeldFrame** last_link_ = &first_;
  size_t size_ = 0;
};

}  // namespace vitrine::card::soft
