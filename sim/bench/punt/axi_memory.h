// The host's memory behind an AXI4 port of 64-byte beats: answers late, at random, and one ID
// before the other.
//
// Answers of one ID keep their order, as AXI4 asks. Bytes are there only once the burst's response
// is given, so that a HEAD that moves too early is seen. Checks what a master must keep to;
// violations() says what it did not.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "sim/bench/support/agent.h"
#include "sim/bench/support/frame_stream.h"
#include "sim/bench/support/stalls.h"
#include <Vpunt_rings.h>

namespace vitrine::bench {

class AxiMemory : public Agent {
 public:
  // The model must outlive this.
  AxiMemory(Vpunt_rings& model, unsigned stall_percent, uint64_t seed);

  // Whole beats; what was never written reads as 0xcc. REQUIRES: the address is that of a beat.
  void put(uint64_t address, Bytes bytes);
  Frame get(uint64_t address, size_t bytes) const;
  // Bursts that touch this page of 4 KiB are answered with SLVERR.
  void refuse(uint64_t page) { refused_ = page; }
  const std::vector<std::string>& violations() const { return violations_; }
  uint64_t bursts() const { return bursts_; }

  void drive() override;
  void sample() override;

 private:
  struct Burst {
    uint64_t address = 0;
    unsigned beats = 0;
    std::vector<VlWide<16>> data;
  };
  // A channel's payload as it was offered, to see that it stays.
  struct Held {
    bool waits = false;
    std::vector<uint32_t> what;
  };
  void watch(Held& held, const char* channel, bool valid, bool ready, std::vector<uint32_t> what);
  void check_burst(const Burst& burst);
  bool refuses(const Burst& burst) const { return burst.address >> 12U == refused_; }

  Vpunt_rings& model_;
  Stalls aw_stalls_;
  Stalls w_stalls_;
  Stalls b_stalls_;
  Stalls ar_stalls_;
  Stalls r_stalls_;
  std::mt19937_64 random_;
  std::map<uint64_t, VlWide<16>> beats_;
  std::deque<std::pair<unsigned, Burst>>
      addresses_;                              // ID and burst, data still to come, oldest first
  std::vector<VlWide<16>> early_;              // data that came before its address
  std::deque<std::vector<VlWide<16>>> whole_;  // bursts of data, oldest first
  std::array<std::deque<Burst>, 2> written_;   // by ID: wait for their response
  std::array<std::deque<Burst>, 2> reads_;
  unsigned offered_b_ = 0;
  unsigned offered_r_ = 0;
  bool answered_b_ = false;  // taken at the last edge
  bool answered_r_ = false;
  Held aw_;
  Held w_;
  Held ar_;
  uint64_t refused_ = ~uint64_t{0};
  uint64_t bursts_ = 0;
  std::vector<std::string> violations_;
};

}  // namespace vitrine::bench
