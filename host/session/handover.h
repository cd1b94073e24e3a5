// One attempt to give an established connection back to the card.
//
// Stages, none of which blocks; step() goes as far as it can and is called again after each packet:
//   1. hold      new data waits
//   2. drain     what came before is read, decrypted, relayed and acknowledged, up to a record
//   boundary on
//                both sides (a record that was cut gets the rest of its bytes)
//   3. freeze    both sockets stop; sequence numbers are read
//   4. install   keys and numbers go to the card
//   5. finish    fresh acknowledgements, then what was held, through the card
// Any failure before 5 undoes the attempt and the connection is relayed on.
#pragma once

#include <cstdint>
#include <string>

#include "host/base/status.h"
#include "host/card/card.h"
#include "host/session/leg_pump.h"
#include "host/session/splice_spec.h"
#include "host/takeover/connection.h"

namespace vitrine::session {

class Handover {
 public:
  enum class Outcome : uint8_t {
    kPending,
    kDone,
    kNotNow,  // not quiet in time, or the card is full; may work later
    kNever,   // an end has closed, or the keys cannot be had; stay on the host
    kReset,   // an end reset the connection
  };

  // Holds. `connection`, `pump` and `card` are borrowed until the attempt ends.
  Handover(takeover::Connection& connection, LegPump& pump, card::Card& card, uint64_t deadline_ns,
           uint32_t idle_timeout_ms, bool strict, card::TapMode tap = card::TapMode::kNone);

  Outcome step(uint64_t now_ns);

  // After kDone.
  card::FlowId flow() const { return flow_; }
  const std::array<uint32_t, 2>& sequence_deltas() const { return sequence_deltas_; }
  // The numbers of the first records on the card, by card::Direction.
  const std::array<uint64_t, 2>& first_records() const { return first_records_; }
  std::array<KeyChain, 2> take_chains() { return std::move(chains_); }
  // After kNotNow and kNever: why, in words.
  const std::string& why() const { return why_; }
  // It was for want of room in the card's table.
  bool card_full() const { return card_full_; }

 private:
  enum class Drain : uint8_t { kQuiet, kWaiting, kNever, kReset };
  Drain drain();
  bool deliver_rest_of_record(card::Direction direction, const LegSocket& side);
  Outcome install();
  Outcome give_up(Outcome outcome, std::string why);

  takeover::Connection& connection_;
  LegPump& pump_;
  card::Card& card_;
  const uint64_t deadline_ns_;
  const uint32_t idle_timeout_ms_;
  const bool strict_;  // hold each record until it has verified
  const card::TapMode tap_;
  uint64_t next_probe_ns_ = 0;
  uint64_t probe_gap_ns_;
  card::FlowId flow_ = 0;
  std::array<uint32_t, 2> sequence_deltas_{};
  std::array<uint64_t, 2> first_records_{};
  std::array<KeyChain, 2> chains_;
  std::string why_;
  bool card_full_ = false;
};

}  // namespace vitrine::session
