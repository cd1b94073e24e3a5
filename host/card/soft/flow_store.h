// The card's connections: exact-match table, entries, timers.
//
// Ownership: owns the flows and their splicers. Threads: one at a time (the card's lock).
// Flow ids carry the slot in their low bits and a serial number above, so that none is used twice.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "host/base/status.h"
#include "host/card/soft/flow_table.h"
#include "host/card/soft/plain_flow.h"
#include "host/card/soft/record/splice.h"
#include "host/card/soft/splicer.h"
#include "host/card/soft/timer_wheel.h"
#include "host/card/types.h"

namespace vitrine::card::soft {

// One direction's punts of a failed flow, within the second that began at dead_punt_start_ns.
struct DeadPunts {
  uint32_t repeated = 0;
  uint32_t advanced = 0;  // of those that acknowledge something else than the one before
  uint32_t last_acknowledgement = 0;
};

struct Flow {
  FlowId id = 0;
  uint32_t slot = 0;
  FlowKey key;  // of the opener's packets
  Action action = Action::kForward;
  uint64_t idle_timeout_ns = 0;
  uint64_t last_seen_ns = 0;
  PlainFlow plain;
  std::unique_ptr<Splicer> splicer;  // exactly where action is kSplice
  uint64_t held = 0;                 // frames that a strict splice keeps back

  bool closed = false;      // ended; the entry lingers
  bool failed = false;      // closed, and not by its ends: nothing more leaves
  bool event_owed = false;  // the closed event did not fit in the ring yet
  FlowEvent closed_event;
  uint64_t dead_punt_start_ns = 0;
  // By Direction: the end that sends much must not keep the other from being reset.
  std::array<DeadPunts, 2> dead_punts;

  FlowStats stats() const { return splicer ? splicer->stats() : plain.stats(); }
};

class FlowStore {
 public:
  FlowStore(uint32_t max_flows, SipKey seed, uint64_t now_ns);

  // The flow that a packet belongs to; nullptr where none.
  Flow* find(const FlowKey& key);
  Flow* by_id(FlowId id);

  // kAlreadyExists, kExhausted. `splicer` is taken where the action is kSplice.
  Result<Flow*> add(const FlowSpec& spec, std::unique_ptr<Splicer> splicer, uint64_t now_ns);
  void erase(Flow& flow);
  std::vector<FlowId> ids() const;
  size_t size() const { return table_.size() / 2; }

  void arm(const Flow& flow, uint64_t deadline_ns) { wheel_.arm(flow.slot, deadline_ns); }
  // Calls fire(Flow&) for flows whose deadline has come; it may erase that flow.
  template <typename Fire>
  void advance(uint64_t now_ns, Fire&& fire) {
    wheel_.advance(now_ns, [&](uint32_t slot) { fire(*flows_[slot]); });
  }
  template <typename Each>
  void for_each(Each&& each) {
    for (auto& flow : flows_) {
      if (flow) {
        each(*flow);
      }
    }
  }

 private:
  static constexpr uint32_t kSlotBits = 24;

  FlowTable table_;
  TimerWheel wheel_;
  std::vector<std::unique_ptr<Flow>> flows_;  // by slot
  std::vector<uint32_t> free_slots_;
  uint64_t next_serial_ = 1;
};

}  // namespace vitrine::card::soft
