// The RTL's tracker with the rest of the card around it, in C++: payloads to peek at, a key store,
// the cryptography (the soft card's own AES and GHASH, a piece at a time, results late and in
// order), and the payload as it leaves.
//
// Segments and commands are queued and taken in order; verdicts come in order. Single thread.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "sim/bench/record/record_ports.h"
#include "sim/bench/record/spliced_flow.h"
#include "sim/bench/support/clocked.h"
#include "sim/bench/support/stalls.h"
#include <Vrecord_tracker.h>

#include "host/card/soft/record/aes_ctr.h"
#include "host/card/soft/record/leg_key.h"

namespace vitrine::bench {

class TrackerModel {
 public:
  static constexpr size_t kContexts = 4;
  static constexpr size_t kSlots = 8;

  TrackerModel(unsigned stalls, uint64_t seed);

  // Both directions of a new splice. REQUIRES: idle().
  void open(size_t context, const SplicedFlow& flow);
  // The keys of a direction's next generation; false where there was no room. REQUIRES: idle().
  bool update_keys(size_t context, card::Direction direction, const test::StreamKey& in,
                   const test::StreamKey& out);
  void send(size_t context, const FlowSegment& segment);

  void tick();
  bool idle() const { return waiting_.empty() && pending_.empty(); }
  std::deque<TrackerVerdict>& verdicts() { return verdicts_; }
  // Key updates so far, by direction.
  const std::array<size_t, 2>& key_updates(size_t context) const { return key_updates_[context]; }
  uint64_t clocks() const { return model_.clocks(); }

 private:
  struct Pending {
    size_t context;
    FlowSegment segment;
    std::vector<uint8_t> out;
  };
  struct Result {
    uint64_t due;
    std::array<EData, 15> words;
  };
  using Keys = std::unique_ptr<card::soft::GenerationKeys>;

  void command(uint8_t kind, size_t context, card::Direction direction, const SplicedFlow* flow);
  void drive();
  void sample();
  void wipe();
  void take_work();
  void take_patch();
  void take_verdict();
  void store(size_t context, size_t direction, size_t place, const test::StreamKey& in,
             const test::StreamKey& out);

  Clocked<Vrecord_tracker> model_;
  test::Random random_;
  Stalls work_stalls_;
  Stalls out_stalls_;
  unsigned late_;
  card::soft::AesEngine aes_;
  std::array<std::array<std::array<Keys, 4>, 2>, kContexts> keys_;
  std::array<card::TlsVersion, kContexts> versions_{};
  std::array<std::array<size_t, 2>, kContexts> key_updates_{};
  std::deque<Pending> waiting_;  // not taken yet
  std::deque<Pending> pending_;  // taken, without a verdict; the newest is the one peeked at
  std::deque<Result> results_;
  std::deque<TrackerVerdict> verdicts_;
  uint64_t peek_due_ = 0;
  bool taken_ = false;  // the segment on offer
  bool commanding_ = false;
  std::array<bool, kContexts> dead_{};  // the RTL has said so, by wiping its keys
  uint64_t wipe_done_ = 0;
  bool keys_taken_ = false;
  size_t keys_place_ = 0;
};

}  // namespace vitrine::bench
