// One spliced connection: two direction trackers, and what TCP adds to them (acknowledgements, FIN,
// RST).
//
// A segment passes in these stages, all in the caller's thread:
//   1. refuse what cannot be spliced (urgent data, SYN with data)
//   2. its acknowledgement retires records of the other direction
//   3. its payload is walked (direction_tracker.h)
//   4. its numbers are moved, its tail is cut where it may not leave
//   5. strict: it is held, or frees what was held
//   6. FIN, RST and failures end the connection; keys are zeroized at once
// After a FIN or RST ended it, segments without new data still pass, so that the ends can finish in
// peace. After a failure nothing passes.
#pragma once

#include <array>
#include <optional>

#include "host/card/soft/record/direction_tracker.h"
#include "host/card/soft/record/held_frames.h"
#include "host/card/soft/record/segment_edit.h"
#include "host/card/soft/record/splice.h"

namespace vitrine::card::soft {

class RecordSplicer final : public Splicer {
 public:
  RecordSplicer(const Splice& splice, SplicePools& pools);
  // Installs the keys of `splice`; nothing may pass before.
  Status start(const Splice& splice);

  SpliceVerdict process(Direction direction, MutableBytes frame, const ParsedFrame& parsed,
                        uint16_t segment_size, SpliceSink& sink) override;
  Status update_keys(Direction direction, const RecordKey& in, const RecordKey& out) override;
  void zeroize() override;
  FlowStats stats() const override;
  size_t held_frames() const override;

 private:
  enum class State : uint8_t { kOpen, kEnded, kDead };

  struct Side {
    Side(Direction direction, TlsVersion version, const SpliceDirection& splice,
         const SpliceDirection& reverse, SplicePools& pools);

    DirectionTracker tracker;
    HeldFrames held;
    HeaderDeltas deltas;
    DirectionStats stats;
    Sequence acknowledged;  // by the receiver, as received from the sender
    std::optional<Sequence> fin_at;
    bool fin_acknowledged = false;
    // Where the splice died in this direction: one past what was let through until then. The packet
    // that it died of may have been walked further than it left.
    std::optional<Sequence> died_at;
    bool strict;

    // One past all that the receiver can have got, FIN included.
    Sequence next() const;
    void take_acknowledgement(Sequence sequence);
    void count(const ParsedFrame& parsed, uint32_t payload_length, uint16_t segment_size);
  };

  // What the stages hand on.
  struct Segment {
    Direction direction;
    MutableBytes frame;
    const ParsedFrame& parsed;
    uint16_t segment_size;
    SpliceSink& sink;
    Side& side;
    Sequence next_before = 0;  // of the side, before this segment
    PayloadEdit edit{};
  };

  PayloadEdit walk(Segment& segment);
  void edit_headers(Segment& segment);
  SpliceVerdict judge(Segment& segment);
  SpliceVerdict hold(Segment& segment);
  void release_verified(Segment& segment);
  void note_end(Segment& segment, SpliceVerdict& verdict);
  void die(SpliceSink* sink, State state);

  State state_ = State::kOpen;
  TlsVersion version_;
  std::array<Side, 2> sides_;
};

}  // namespace vitrine::card::soft
