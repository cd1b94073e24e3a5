#include "host/card/soft/timer_wheel.h"

#include <algorithm>

namespace vitrine::card::soft {

TimerWheel::TimerWheel(size_t timers, uint64_t now_ns)
    : timers_(timers), heads_(kSlots, kNone), tick_(now_ns / kTickNs) {}

void TimerWheel::arm(uint32_t id, uint64_t deadline_ns) {
  cancel(id);
  // The tick after the deadline's, so that a visited timer is due; never the one being visited.
  const uint64_t tick = std::max(deadline_ns / kTickNs + 1, tick_ + 1);
  Timer& timer = timers_[id];
  timer.slot = static_cast<uint32_t>(tick % kSlots);
  timer.deadline_ns = deadline_ns;
  timer.previous = kNone;
  timer.next = heads_[timer.slot];
  if (timer.next != kNone) {
    timers_[timer.next].previous = id;
  }
  heads_[timer.slot] = id;
}

void TimerWheel::cancel(uint32_t id) {
  Timer& timer = timers_[id];
  if (timer.slot == kNone) {
    return;
  }
  if (timer.previous != kNone) {
    timers_[timer.previous].next = timer.next;
  } else {
    heads_[timer.slot] = timer.next;
  }
  if (timer.next != kNone) {
    timers_[timer.next].previous = timer.previous;
  }
  timer.slot = kNone;
}

}  // namespace vitrine::card::soft
