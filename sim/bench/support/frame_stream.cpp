#include "sim/bench/support/frame_stream.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace vitrine::bench {

void put_bytes(VlWide<16>& data, Bytes bytes) {
  // What lies behind the last valid byte is anything in hardware; a pattern here shows who uses it.
  std::memset(data.data(), 0xee, kBeatBytes);
  std::memcpy(data.data(), bytes.data(), std::min(bytes.size(), kBeatBytes));
}

Frame get_bytes(const VlWide<16>& data, size_t count) {
  Frame bytes(std::min(count, kBeatBytes));
  std::memcpy(bytes.data(), data.data(), bytes.size());
  return bytes;
}

FrameDriver::FrameDriver(FramePort port, Stalls stalls) : port_(port), stalls_(std::move(stalls)) {
  *port_.valid = 0;
}

void FrameDriver::send(Frame frame) { frames_.push_back(std::move(frame)); }

void FrameDriver::drive() {
  if (!offered_ && (frames_.empty() || stalls_.next())) {
    *port_.valid = 0;
    return;
  }
  if (offered_) {
    return;
  }
  const Frame& frame = frames_.front();
  const size_t count = std::min(kBeatBytes, frame.size() - offset_);
  if (offset_ == 0 && on_frame_) {
    on_frame_(frames_sent_);
  }
  *port_.valid = 1;
  put_bytes(*port_.data, Bytes(frame).subspan(offset_, count));
  *port_.bytes = static_cast<CData>(count);
  *port_.last = offset_ + count == frame.size() ? 1 : 0;
  offered_ = true;
}

void FrameDriver::sample() {
  if (*port_.valid == 0 || *port_.ready == 0) {
    return;
  }
  offered_ = false;
  offset_ += kBeatBytes;
  if (*port_.last != 0) {
    offset_ = 0;
    ++frames_sent_;
    frames_.pop_front();
  }
}

FrameMonitor::FrameMonitor(FramePort port, Stalls stalls)
    : port_(port), stalls_(std::move(stalls)) {
  *port_.ready = 0;
}

void FrameMonitor::drive() { *port_.ready = stalls_.next() ? 0 : 1; }

void FrameMonitor::check_held() {
  if (!waiting_) {
    return;
  }
  if (*port_.valid == 0) {
    violations_.emplace_back("valid was withdrawn before ready");
  } else if (*port_.bytes != waiting_bytes_ || *port_.last != waiting_last_ ||
             get_bytes(*port_.data, waiting_bytes_) != get_bytes(waiting_data_, waiting_bytes_)) {
    violations_.emplace_back("a beat on offer changed before it was taken");
  }
}

void FrameMonitor::sample() {
  check_held();
  waiting_ = *port_.valid != 0 && *port_.ready == 0;
  waiting_data_ = *port_.data;
  waiting_bytes_ = *port_.bytes;
  waiting_last_ = *port_.last;
  if (*port_.valid == 0 || *port_.ready == 0) {
    return;
  }
  const size_t count = *port_.bytes;
  if (count == 0 || count > kBeatBytes || (*port_.last == 0 && count != kBeatBytes)) {
    violations_.emplace_back("a beat of " + std::to_string(count) + " bytes");
  }
  const Frame bytes = get_bytes(*port_.data, count);
  frame_.insert(frame_.end(), bytes.begin(), bytes.end());
  if (*port_.last != 0) {
    frames_.push_back(std::move(frame_));
    frame_.clear();
    if (on_frame_) {
      on_frame_(frames_.back());
    }
  }
}

}  // namespace vitrine::bench
