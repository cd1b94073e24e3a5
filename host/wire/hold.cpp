#include "host/wire/hold.h"

namespace vitrine::wire {

Status HoldQueue::push(Bytes frame, uint16_t segment_size) {
  if (frames_.size() >= max_frames_ || frame.size() > max_bytes_ - bytes_) {
    return {Code::kExhausted, "hold queue is full"};
  }
  frames_.push_back({{frame.begin(), frame.end()}, segment_size});
  bytes_ += frame.size();
  return Status::ok();
}

HeldFrame HoldQueue::pop() {
  HeldFrame frame = std::move(frames_.front());
  frames_.pop_front();
  bytes_ -= frame.frame.size();
  return frame;
}

void HoldQueue::clear() {
  frames_.clear();
  bytes_ = 0;
}

}  // namespace vitrine::wire
