// One spliced connection with TLS senders at both ends, its segments at random, and what the soft
// card makes of each: the reference that the RTL's tracker is compared with.
//
// Segments are new data, retransmissions with other boundaries, overlaps and gaps, acknowledgements
// right and wrong, changed bytes, FIN and RST, in the proportions of FlowOptions. Single thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "host/card/soft/record/splice.h"
#include "tests/card/record/splice_harness.h"
#include "tests/support/record_stream.h"

namespace vitrine::bench {

struct FlowOptions {
  card::TlsVersion version = card::TlsVersion::kTls13;
  size_t in_key_size = 16;
  size_t out_key_size = 16;
  size_t smallest_record = 1;  // of content; odd records are not bound by it
  size_t largest_record = 3000;
  size_t largest_segment = 1460;
  bool next_keys = true;
  unsigned loss = 10;         // per cent of segments with new data that never come
  unsigned corrupt = 0;       // per thousand of segments that come with a changed byte
  unsigned odd_records = 10;  // per cent: KeyUpdate, tickets, alerts, empty and tiny ones
  unsigned forbidden = 0;     // per thousand of records: one that ends the splice
  unsigned odd_flags =
      0;  // per thousand of segments: FIN where it does not belong, RST, SYN, urgent
  bool ends_at_short = false;  // no segment goes on behind a record that may be a KeyUpdate
  card::TapMode tap = card::TapMode::kNone;
  uint32_t tap_bytes = 0;
  bool strict = false;
  bool padding = true;      // TLS 1.3: every eighth record has some
  size_t finish_after = 0;  // segments, then both ends send what they have and FIN; 0: never
  // 4 or 6: all frames are of one connection, from a client inside to port 443, whose addresses and
  // port follow from `client`. 0: all frames have the same addresses, of a
  // version by chance.
  uint8_t ip_version = 0;
  uint16_t client = 0;
};

// What the soft card tells its tap: a run of plaintext, or a record's end.
struct TapEntry {
  bool is_record = false;
  uint8_t direction = 0;
  uint64_t record = 0;
  uint32_t offset = 0;
  std::vector<uint8_t> plaintext;
  bool verified = false;
  uint8_t content_type = 0;
  uint32_t length = 0;
  bool operator==(const TapEntry&) const = default;
};

// A segment, and what the soft card made of it.
struct FlowSegment {
  card::Direction direction = card::Direction::kFromInside;
  uint32_t sequence = 0;
  uint32_t acknowledgement = 0;
  uint8_t flags = 0;
  std::vector<uint8_t> payload;  // as received
  card::soft::SpliceVerdict verdict;
  std::vector<uint8_t> left;  // payload as it left
  uint64_t fresh = 0;
  uint64_t records = 0;
  card::soft::ParsedFrame parsed;
  std::vector<uint8_t> frame;  // as received, with right checksums
  std::vector<uint8_t> sent;   // the frame as it left, with right checksums
};

class SplicedFlow {
 public:
  static constexpr size_t kGenerations = 40;

  SplicedFlow(const FlowOptions& options, card::soft::SplicePools& pools, uint64_t seed);

  // Makes the next segment and passes it through the soft card.
  FlowSegment next();
  // The next `size` bytes of a direction, nothing lost.
  FlowSegment next_in_order(card::Direction direction, size_t size);
  // `size` bytes of a direction from `position` on, whatever came before.
  FlowSegment segment_at(card::Direction direction, size_t position, size_t size);
  // The far end's acknowledgement of all that has arrived.
  FlowSegment acknowledge(card::Direction direction);
  // Bytes of a direction that its receiver has, in order.
  size_t received(card::Direction direction) const {
    return sides_[card::index(direction)].received;
  }
  bool closed() const { return closed_; }
  card::FlowStats stats() const { return splicer_->stats(); }
  // Directions whose sender has used up a generation, for update_keys().
  const std::vector<uint32_t>& generations(card::Direction direction) const {
    return sides_[card::index(direction)].sink_generations;
  }
  // The host gives the direction's next keys; false where the soft card has no room for them.
  bool update_keys(card::Direction direction);
  // The generation that update_keys() would give, or gave last.
  const test::StreamKey& in_key(card::Direction direction, size_t generation) const {
    return sides_[card::index(direction)].in_keys[generation];
  }
  const test::StreamKey& out_key(card::Direction direction, size_t generation) const {
    return sides_[card::index(direction)].out_keys[generation];
  }
  size_t installed(card::Direction direction) const {
    return sides_[card::index(direction)].installed;
  }
  // Contents of all records that were made so far.
  const std::vector<std::vector<uint8_t>>& contents(card::Direction direction) const {
    return sides_[card::index(direction)].contents;
  }
  // What was told to the tap and not taken from here yet.
  std::deque<TapEntry>& taps() { return taps_; }
  const card::Splice& splice() const { return splice_; }
  // Of the packets of the client. REQUIRES: ip_version is 4 or 6.
  card::FlowKey key() const;
  const FlowOptions& options() const { return options_; }

 private:
  struct Side {
    std::vector<test::StreamKey> in_keys;
    std::vector<test::StreamKey> out_keys;
    std::unique_ptr<test::RecordWriter> writer;
    size_t generation = 0;  // of the writer
    size_t installed = 1;
    std::vector<uint8_t> stream;
    std::vector<std::vector<uint8_t>> contents;
    std::vector<size_t> short_ends;  // where records that may be a KeyUpdate end
    size_t sent = 0;                 // of the stream, at least once
    std::vector<bool> arrived;
    size_t received = 0;  // in order, by the receiver
    bool fin_arrived = false;
    std::vector<uint32_t> sink_generations;
  };
  class Sink;

  void append_record(Side& side);
  std::vector<uint8_t> choose_payload(Side& side, size_t& position);
  bool finishing() const { return options_.finish_after != 0 && segments_ > options_.finish_after; }
  void address(std::vector<uint8_t>& frame, const card::soft::ParsedFrame& parsed,
               card::Direction direction) const;
  void pass(FlowSegment& segment);

  FlowOptions options_;
  test::Random random_;
  card::Splice splice_;
  std::unique_ptr<card::soft::Splicer> splicer_;
  std::array<Side, 2> sides_;
  std::deque<TapEntry> taps_;
  size_t segments_ = 0;
  bool closed_ = false;
};

}  // namespace vitrine::bench
