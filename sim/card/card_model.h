// The whole card, Verilated (rtl/top/card_top.sv): its bus, its MACs and the host's memory as
// calls.
//
// The model ticks only in clock() and in the calls that say so. Memory accesses of the card's DMA
// are answered from the span given at construction, which begins at bus address 0; anything outside
// is answered with DECERR. Frames are Ethernet II without FCS, 1 ... 16,320 bytes. Ports: 0 inside,
// 1 outside. Ownership: the memory and the model's wave file (if any) outlive no one; the memory
// must outlive the model. Threads: one at a time. Several models may live in one process.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace vitrine::sim {

struct CardModelConfig {
  std::string trace_file;  // FST waves, where the build has VITRINE_TRACE; empty: none
  // Frames wait at the MACs while the card may have no room for them: a link with flow control.
  // Else they come at the link's rate, and what the card has no room for is missed.
  bool paced = false;
};

class CardModel {
 public:
  // After power-on and the reset; READY comes later, by clock().
  explicit CardModel(std::span<uint8_t> memory, const CardModelConfig& config = {});
  ~CardModel();
  CardModel(const CardModel&) = delete;
  CardModel& operator=(const CardModel&) = delete;

  // A bus access, clocks until it is answered; false where the card answers with an error.
  bool axi_write(uint32_t address, uint32_t value);
  bool axi_read(uint32_t address, uint32_t& value);

  // Queues a frame at a MAC; it enters a beat a clock. Always taken: look at frames_waiting()
  // first.
  void put_frame(unsigned port, std::span<const uint8_t> frame);
  size_t frames_waiting(unsigned port) const;
  // A frame that the card has sent, in order of the port; false where there is none.
  bool take_frame(unsigned port, std::vector<uint8_t>& frame);

  void set_time_ms(uint32_t milliseconds);
  void clock(unsigned count = 1);
  // Nothing is under way, and nothing will happen without a call: frames, commands, DMA, timers
  // due.
  bool idle() const;
  // The interrupt line.
  bool interrupt() const;
  uint64_t clocks() const;
  // Whether this build can write waves.
  static bool can_trace();
  // All of the card's registers and memories, for a search (sim/bench/support/windows.h).
  std::span<const uint8_t> state() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vitrine::sim
