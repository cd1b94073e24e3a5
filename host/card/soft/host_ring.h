// What the card tells the host, in one ordered ring: punts, events, tap.
//
// One ring keeps the order (a flow's last plaintext comes before its closed event). So that a flood
// of one kind cannot push out another, tap may fill half of it, punts seven eighths, events all.
// Threads: push*() from the worker, drain() from the host's thread.
// A wake-up costs a system call only where the host has drained the ring since the last one.
#pragma once

#include <atomic>
#include <cstdint>

#include "host/base/status.h"
#include "host/base/unique_fd.h"
#include "host/card/card.h"
#include "host/card/soft/byte_ring.h"

namespace vitrine::card::soft {

class HostRing {
 public:
  explicit HostRing(size_t bytes);

  // False where there was no room.
  bool push_punt(const Punt& punt);
  bool push_event(const FlowEvent& event);
  bool push_tap(const TapBytes& tap);
  bool push_tap_record(const TapRecord& record);
  // Makes ready_fd() readable if something was pushed; once a batch.
  void notify();

  int ready_fd() const { return event_.get(); }
  size_t drain(CardSink& sink, size_t budget);

 private:
  MutableBytes reserve(uint8_t type, size_t size, size_t keep_free);
  void hand_out(CardSink& sink, Bytes record);

  ByteRing ring_;
  UniqueFd event_;
  bool pushed_ = false;                 // worker
  std::atomic<bool> host_waits_{true};  // the eventfd is clear: a push must set it
};

}  // namespace vitrine::card::soft
