#include "host/card/soft/memory_port.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

namespace vitrine::card::soft {

MemoryWire::MemoryWire(size_t capacity)
    : capacity_(capacity), event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

bool MemoryWire::put(StoredFrame frame) {
  const std::lock_guard lock(mutex_);
  if (to_card_.size() == capacity_) {
    return false;
  }
  to_card_.push_back(std::move(frame));
  const uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(event_.get(), &one, sizeof(one));
  return true;
}

std::vector<StoredFrame> MemoryWire::take() {
  const std::lock_guard lock(mutex_);
  std::vector<StoredFrame> out(std::make_move_iterator(from_card_.begin()),
                               std::make_move_iterator(from_card_.end()));
  from_card_.clear();
  return out;
}

size_t MemoryPort::receive(std::span<WireFrame> out) {
  const std::lock_guard lock(wire_.mutex_);
  const size_t count = std::min(out.size(), wire_.to_card_.size());
  for (size_t i = 0; i < count; ++i) {
    received_.push_back(std::move(wire_.to_card_.front()));
    wire_.to_card_.pop_front();
  }
  for (size_t i = 0; i < count; ++i) {
    out[i] = received_[i].meta;
    out[i].bytes = received_[i].bytes;
  }
  if (wire_.to_card_.empty()) {
    uint64_t ignored = 0;
    [[maybe_unused]] const auto got = ::read(wire_.event_.get(), &ignored, sizeof(ignored));
  }
  return count;
}

void MemoryPort::send(std::span<const WireFrame> frames, std::span<bool> accepted) {
  const std::lock_guard lock(wire_.mutex_);
  for (size_t i = 0; i < frames.size(); ++i) {
    accepted[i] = wire_.from_card_.size() < wire_.capacity_;
    if (accepted[i]) {
      StoredFrame stored;
      stored.bytes.assign(frames[i].bytes.begin(), frames[i].bytes.end());
      stored.meta = frames[i];
      stored.meta.bytes = {};
      wire_.from_card_.push_back(std::move(stored));
    }
  }
}

}  // namespace vitrine::card::soft
