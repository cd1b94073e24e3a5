// Whole frames over the card's 512-bit stream: a driver, a monitor, and the ports they hold on to.
//
// A beat has byte 0 of its part of the frame in bits [7:0], `bytes` valid bytes (1 ... 64; 64 in
// all beats but a frame's last) and `last`. valid/ready as in AXI4-Stream: a beat moves where both
// stand at the rising edge; valid waits for nothing, and what is offered stays until it is taken.
// Single thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "sim/bench/support/agent.h"
#include "sim/bench/support/stalls.h"
#include <verilated.h>

#include "host/base/bytes.h"

namespace vitrine::bench {

constexpr size_t kBeatBytes = 64;

using Frame = std::vector<uint8_t>;

// The signals of one stream of a model; they must outlive the agent.
struct FramePort {
  CData* valid = nullptr;
  CData* ready = nullptr;
  VlWide<16>* data = nullptr;
  CData* bytes = nullptr;
  CData* last = nullptr;
};

// For ports named <prefix>_valid_i, <prefix>_ready_o, ... and <prefix>_valid_o, <prefix>_ready_i,
// ...
#define VITRINE_FRAME_IN(model, prefix)                                             \
  ::vitrine::bench::FramePort {                                                     \
    &(model).prefix##_valid_i, &(model).prefix##_ready_o, &(model).prefix##_data_i, \
        &(model).prefix##_bytes_i, &(model).prefix##_last_i                         \
  }
#define VITRINE_FRAME_OUT(model, prefix)                                            \
  ::vitrine::bench::FramePort {                                                     \
    &(model).prefix##_valid_o, &(model).prefix##_ready_i, &(model).prefix##_data_o, \
        &(model).prefix##_bytes_o, &(model).prefix##_last_o                         \
  }

// Sends queued frames, back to back but for its stalls.
class FrameDriver : public Agent {
 public:
  explicit FrameDriver(FramePort port, Stalls stalls = Stalls());
  void send(Frame frame);  // REQUIRES: not empty
  bool idle() const { return frames_.empty(); }
  uint64_t frames_sent() const { return frames_sent_; }
  // Called in the clock in which a frame's first beat is offered; sets what goes beside it.
  void on_frame(std::function<void(uint64_t number)> callback) { on_frame_ = std::move(callback); }

  void drive() override;
  void sample() override;

 private:
  FramePort port_;
  Stalls stalls_;
  std::deque<Frame> frames_;
  size_t offset_ = 0;     // of the beat on offer or next
  bool offered_ = false;  // must not be withdrawn
  uint64_t frames_sent_ = 0;
  std::function<void(uint64_t)> on_frame_;
};

// Takes beats, checks that they keep to the stream's rules, and gathers frames.
class FrameMonitor : public Agent {
 public:
  explicit FrameMonitor(FramePort port, Stalls stalls = Stalls());
  // Called as a frame's last beat is taken, after it is in frames().
  void on_frame(std::function<void(const Frame&)> callback) { on_frame_ = std::move(callback); }
  std::deque<Frame>& frames() { return frames_; }
  // What broke the stream's rules, as sentences; a bench expects none.
  const std::vector<std::string>& violations() const { return violations_; }

  void drive() override;
  void sample() override;

 private:
  void check_held();

  FramePort port_;
  Stalls stalls_;
  Frame frame_;
  std::deque<Frame> frames_;
  std::function<void(const Frame&)> on_frame_;
  std::vector<std::string> violations_;
  bool waiting_ = false;  // a beat was on offer and not taken
  VlWide<16> waiting_data_;
  CData waiting_bytes_ = 0;
  CData waiting_last_ = 0;
};

// A beat's bytes to and from the port's words.
void put_bytes(VlWide<16>& data, Bytes bytes);
Frame get_bytes(const VlWide<16>& data, size_t count);

}  // namespace vitrine::bench
