// A port without offloads, made of one that may have them: frames larger than the MTU are cut into
// their segments on the way in and out, and checksums are completed.
//
// Ownership: owns the port below and the memory of cut segments, 4 MiB, allocated at construction.
// A coalesced UDP frame passes inwards as it is and is refused outwards: the card does not edit
// UDP.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "host/card/soft/wire_port.h"

namespace vitrine::card::soft {

class SegmentingPort : public WirePort {
 public:
  explicit SegmentingPort(std::unique_ptr<WirePort> below);

  size_t receive(std::span<WireFrame> out) override;
  void done() override {}
  void send(std::span<const WireFrame> frames, std::span<bool> accepted) override;
  int wait_fd() const override { return below_->wait_fd(); }
  int wait_limit_ms() const override { return segments_left() ? 0 : below_->wait_limit_ms(); }
  uint64_t missed() override { return below_->missed(); }
  bool offloads() const override { return false; }
  std::string description() const override { return below_->description() + " (offloads off)"; }

 private:
  static constexpr size_t kBatch = 32;
  static constexpr size_t kBufferBytes = 4U << 20;

  bool segments_left() const { return next_ < waiting_.size(); }
  void refill();
  bool cut_and_send(const WireFrame& frame);

  std::unique_ptr<WirePort> below_;
  std::vector<uint8_t> buffer_;     // segments that wait to be received
  std::vector<WireFrame> waiting_;  // views of buffer_
  size_t next_ = 0;
  std::vector<uint8_t> out_buffer_;
};

}  // namespace vitrine::card::soft
