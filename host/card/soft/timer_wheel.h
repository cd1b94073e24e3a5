// Deadlines of many flows: a hashed timing wheel (Varghese and Lauck 1987, scheme 6) with intrusive
// links, so that arming, moving and cancelling cost a constant and allocate nothing.
//
// Deadlines are in nanoseconds of the card's clock; a timer fires at most one tick late. One
// farther away than a revolution is met and passed over once a revolution. Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vitrine::card::soft {

class TimerWheel {
 public:
  static constexpr uint64_t kTickNs = 16'000'000;
  static constexpr size_t kSlots = 4096;  // a revolution is 65 s

  TimerWheel(size_t timers, uint64_t now_ns);

  // Arms or moves timer `id`. REQUIRES: id < timers.
  void arm(uint32_t id, uint64_t deadline_ns);
  void cancel(uint32_t id);

  // Calls fire(id) for every timer whose deadline has come; it is disarmed by then and may be armed
  // again.
  template <typename Fire>
  void advance(uint64_t now_ns, Fire&& fire) {
    const uint64_t now_tick = now_ns / kTickNs;
    // After a long pause every slot is visited once, not once a tick.
    uint64_t steps = now_tick - tick_;
    steps = steps > kSlots ? kSlots : steps;
    tick_ = now_tick - steps;
    for (; steps > 0; --steps) {
      ++tick_;
      uint32_t id = heads_[tick_ % kSlots];
      while (id != kNone) {
        const uint32_t next = timers_[id].next;
        if (timers_[id].deadline_ns <= now_ns) {
          cancel(id);
          fire(id);
        }
        id = next;
      }
    }
  }

 private:
  static constexpr uint32_t kNone = 0xffffffff;
  struct Timer {
    uint64_t deadline_ns = 0;
    uint32_t next = kNone;
    uint32_t previous = kNone;
    uint32_t slot = kNone;  // kNone: not armed
  };

  std::vector<Timer> timers_;
  std::vector<uint32_t> heads_;
  uint64_t tick_;
};

}  // namespace vitrine::card::soft
