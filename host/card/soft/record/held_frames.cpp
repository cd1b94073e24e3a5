#include "host/card/soft/record/held_frames.h"

#include <cstring>

namespace vitrine::card::soft {

FramePool::FramePool(size_t small_frames, size_t large_frames)
    : bytes_(std::make_unique<uint8_t[]>(small_frames * kSmall + large_frames * kLarge)),
      frames_(small_frames + large_frames) {
  small_.reserve(small_frames);
  large_.reserve(large_frames);
  uint8_t* at = bytes_.get();
  for (size_t i = 0; i < frames_.size(); ++i) {
    const bool small = i < small_frames;
    frames_[i].data = at;
    frames_[i].capacity = static_cast<uint32_t>(small ? kSmall : kLarge);
    at += frames_[i].capacity;
    (small ? small_ : large_).push_back(&frames_[i]);
  }
}

HeldFrame* FramePool::take(size_t size) {
  auto& frames = size <= kSmall && !small_.empty() ? small_ : large_;
  if (size > kLarge || frames.empty()) {
    return nullptr;
  }
  HeldFrame* frame = frames.back();
  frames.pop_back();
  return frame;
}

void FramePool::give(HeldFrame* frame) {
  (frame->capacity == kSmall ? small_ : large_).push_back(frame);
}

bool HeldFrames::hold(Bytes frame, const ParsedFrame& parsed, Sequence begin,
                      uint16_t segment_size) {
  HeldFrame* held = size_ < kMaxPerDirection ? pool_.take(frame.size()) : nullptr;
  if (held == nullptr) {
    return false;
  }
  std::memcpy(held->data, frame.data(), frame.size());
  held->size = static_cast<uint32_t>(frame.size());
  held->parsed = parsed;
  held->parsed.payload_length = static_cast<uint32_t>(frame.size() - parsed.payload);
  held->begin = begin;
  held->end = begin + held->parsed.payload_length;
  held->segment_size = segment_size;
  held->next = nullptr;
  *last_link_ = held;
  last_link_ = &held->next;
  ++size_;
  return true;
}

void HeldFrames::unlink(HeldFrame** link) {
  HeldFrame* held = *link;
  *link = held->next;
  if (last_link_ == &held->next) {
    last_link_ = link;
  }
  --size_;
}

void HeldFrames::clear() {
  while (first_ != nullptr) {
    HeldFrame* held = first_;
    unlink(&first_);
    pool_.give(held);
  }
}

}  // namespace vitrine::card::soft
