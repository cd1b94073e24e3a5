// A splice with random keys, the TLS sender and receiver of its data direction, and segments that
// go through it.
//
// Data flows from outside (a server) to inside (a client). Positions count stream bytes from the
// first record of the splice. Every segment that leaves is checked on its way: lengths, flags and
// numbers of its headers; and that a byte leaves as it left the first time, or blank where the
// receiver has acknowledged it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/card/soft/parsed_frame.h"
#include "host/card/soft/record/splice.h"
#include "tests/support/record_stream.h"

namespace vitrine::card::soft {

using test::ByteVector;

// A TCP segment as the engine gets it: the frame and where things are in it.
struct SegmentSpec {
  uint32_t sequence = 0;
  uint32_t acknowledgement = 0;
  uint8_t flags = kAck;
  Bytes payload;
  bool ipv6 = false;
  std::optional<std::pair<uint32_t, uint32_t>> timestamps;
  std::vector<std::pair<uint32_t, uint32_t>> sack;
};

struct Segment {
  ByteVector frame;
  ParsedFrame parsed;
};

Segment make_segment(const SegmentSpec& spec);

// Keeps what a splice tells.
class RecordingSink : public SpliceSink {
 public:
  struct TapPiece {
    uint64_t record;
    uint32_t offset;
    ByteVector plaintext;
  };
  struct TapEnd {
    uint64_t record;
    bool verified;
    uint8_t type;
    uint32_t length;
  };

  void tap_bytes(Direction, uint64_t record, uint32_t offset, Bytes plaintext) override {
    tap.push_back({record, offset, ByteVector(plaintext.begin(), plaintext.end())});
  }
  void tap_record(Direction, uint64_t record, bool verified, uint8_t type,
                  uint32_t length) override {
    ends.push_back({record, verified, type, length});
  }
  void key_update(Direction, uint32_t generation) override { generations.push_back(generation); }
  void release(Direction, MutableBytes frame, const ParsedFrame& parsed, uint16_t) override {
    released.push_back({ByteVector(frame.begin(), frame.end()), parsed});
  }
  void discard(Direction, DropReason) override { ++discarded; }

  std::vector<TapPiece> tap;
  std::vector<TapEnd> ends;
  std::vector<uint32_t> generations;
  std::vector<Segment> released;
  size_t discarded = 0;
};

struct HarnessOptions {
  TlsVersion version = TlsVersion::kTls13;
  size_t in_key_size = 16;
  size_t out_key_size = 16;
  uint64_t seed = 1;
  uint32_t first_sequence = 0xfffff000;  // wraps soon
  uint32_t sequence_delta = 0x12345678;
  uint32_t timestamp_delta = 0;
  uint64_t first_record = 3;
  uint64_t first_out_record = 5;
  bool next_keys = true;  // TLS 1.3
  bool strict = false;
  bool ipv6 = false;
  TapMode tap = TapMode::kNone;
  uint32_t tap_bytes = 0;
  SplicePoolLimits pools{64, 96, 8};
  SplicePools* shared_pools = nullptr;  // in place of pools of its own
};

struct Outcome {
  SpliceVerdict verdict;
  uint32_t sequence = 0;  // as it left, where it left
  uint32_t acknowledgement = 0;
  uint8_t flags = 0;
  ByteVector frame;  // headers and payload as they left
  ByteVector payload;

  bool sent() const { return verdict.kind == SpliceVerdict::Kind::kSend; }
  bool dropped(DropReason reason) const {
    return verdict.kind == SpliceVerdict::Kind::kDrop && verdict.reason == reason;
  }
};

class SpliceHarness {
 public:
  static constexpr Direction kData = Direction::kFromOutside;
  static constexpr Direction kBack = Direction::kFromInside;
  static constexpr size_t kGenerations = 6;  // of keys made; the first, and the second, installed

  explicit SpliceHarness(const HarnessOptions& options = {});

  // Appends a record to the sender's stream; returns its position.
  size_t append(uint8_t type, Bytes content, size_t padding = 0);
  size_t append_data(size_t size) { return append(23, test::random_bytes(random, size)); }
  // A KeyUpdate, and the sender's keys move on.
  size_t append_key_update(size_t padding = 0, bool request = false);
  // A stream with records of these kinds and random content.
  void append_random(size_t bytes, size_t largest_record);

  // The sender's bytes [from, to) as one segment. What is not kSend is not delivered.
  Outcome send(size_t from, size_t to, uint8_t extra_flags = 0, uint16_t segment_size = 0);
  // Other bytes in their place.
  Outcome send_bytes(size_t from, Bytes bytes, uint8_t extra_flags = 0);
  // The receiver has everything before `position`; through the splice, to the sender.
  Outcome acknowledge(size_t position, uint8_t extra_flags = 0);
  Outcome process(Direction direction, const SegmentSpec& spec, uint16_t segment_size = 0);

  // The receiver gets what left (the harness does not deliver by itself).
  void deliver(const Outcome& outcome);
  void deliver_released();
  // Bytes the receiver has in order, and what its TLS makes of them.
  size_t received() const { return received_; }
  test::RecordReader& reader() { return reader_; }

  Status install_next();  // the generation after those installed
  uint32_t in_sequence(size_t position) const {
    return options.first_sequence + static_cast<uint32_t>(position);
  }
  uint32_t out_sequence(size_t position) const {
    return in_sequence(position) + options.sequence_delta;
  }
  const DirectionStats stats() const { return splicer->stats().directions[index(kData)]; }

  HarnessOptions options;
  test::Random random;
  std::unique_ptr<SplicePools> own_pools;
  SplicePools& pools;
  RecordingSink sink;
  std::unique_ptr<Splicer> splicer;
  ByteVector stream;                               // what the sender sent, or would
  ByteVector content;                              // its application data
  std::vector<std::pair<size_t, size_t>> records;  // position and size
  size_t acknowledged = 0;  // what the receiver acknowledged through the splice
  std::vector<int> left;    // by position: the byte as it left first, -1 where none did

 private:
  void observe(Bytes payload, uint32_t sequence);

  std::vector<test::StreamKey> in_keys_;
  std::vector<test::StreamKey> out_keys_;
  size_t installed_ = 1;
  size_t writer_generation_ = 0;
  test::RecordWriter writer_;
  test::RecordReader reader_;
  std::vector<int> arrived_;
  size_t received_ = 0;
};

}  // namespace vitrine::card::soft
