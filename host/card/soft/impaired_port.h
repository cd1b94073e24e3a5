// A port behind a bad cable: loses, delays, doubles, corrupts and truncates received frames,
// repeatably.
//
// Deterministic in the seed, the side and the order of frames. Lost frames are delivered marked as
// lost, so that the card's balance holds. For tests and demonstrations: frames are copied, memory
// is allocated.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/clock.h"
#include "host/base/status.h"
#include "host/card/soft/memory_port.h"
#include "host/card/soft/wire_port.h"
#include "host/card/types.h"

namespace vitrine::card::soft {

// Probabilities a frame, 0 to 1.
struct Impairment {
  uint64_t seed = 1;
  double loss = 0;
  double reorder = 0;  // let `depth` frames overtake, or 2 ms pass
  double duplicate = 0;
  double corrupt = 0;   // flip a payload byte of a TCP segment under a right checksum
  double truncate = 0;  // cut the frame short, as a broken transfer would
  uint32_t depth = 3;
  std::optional<Port> side;  // both where empty

  // "seed=7,loss=0.02,reorder=0.05,depth=3,duplicate=0.01,corrupt=0.001,truncate=0.001,side=inside"
  static Result<Impairment> parse(std::string_view spec);
  bool applies_to(Port port) const { return !side || *side == port; }
};

class ImpairedPort : public WirePort {
 public:
  // The clock must outlive this.
  ImpairedPort(std::unique_ptr<WirePort> below, const Impairment& impairment, Port side,
               const Clock& clock);

  size_t receive(std::span<WireFrame> out) override;
  void done() override { given_.clear(); }
  void send(std::span<const WireFrame> frames, std::span<bool> accepted) override {
    below_->send(frames, accepted);
  }
  int wait_fd() const override { return below_->wait_fd(); }
  int wait_limit_ms() const override;
  uint64_t missed() override { return below_->missed(); }
  bool offloads() const override { return below_->offloads(); }
  std::string description() const override { return below_->description() + " (impaired)"; }

 private:
  struct Delayed {
    StoredFrame frame;
    uint32_t overtakers_left = 0;
    uint64_t deadline_ns = 0;
  };

  bool chance(double probability);
  void impair(const WireFrame& frame);
  void corrupt(StoredFrame& stored);
  void truncate(StoredFrame& stored);
  void release_delayed(bool overtaken);

  std::unique_ptr<WirePort> below_;
  const Impairment impairment_;
  const Clock& clock_;
  std::mt19937_64 random_;
  std::deque<StoredFrame> ready_;
  std::deque<Delayed> delayed_;
  std::vector<StoredFrame> given_;
};

}  // namespace vitrine::card::soft
