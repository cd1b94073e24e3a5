#include "sim/bench/record/spliced_flow.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "host/card/soft/checksum.h"

namespace vitrine::bench {
namespace {

using card::Direction;
using card::TlsVersion;
using test::ByteVector;
using test::StreamKey;

constexpr uint8_t kAlert = 21;
constexpr uint8_t kHandshake = 22;
constexpr uint8_t kApplicationData = 23;

void complete_checksums(std::vector<uint8_t>& frame, const card::soft::ParsedFrame& parsed) {
  card::soft::WireFrame wire;
  wire.bytes = frame;
  card::soft::fix_ip_checksum(frame, parsed);
  card::soft::leave_checksum_to_port(wire, parsed);
  card::soft::complete_checksum(wire);
}

bool chance(test::Random& random, unsigned of, unsigned in) { return random() % in < of; }

}  // namespace

// Notes key updates and what goes to the tap.
class SplicedFlow::Sink : public card::soft::SpliceSink {
 public:
  explicit Sink(SplicedFlow& flow) : flow_(flow) {}
  void tap_bytes(Direction direction, uint64_t record, uint32_t offset, Bytes plaintext) override {
    if (!plaintext.empty()) {
      TapEntry entry;
      entry.direction = static_cast<uint8_t>(direction);
      entry.record = record;
      entry.offset = offset;
      entry.plaintext.assign(plaintext.begin(), plaintext.end());
      flow_.taps_.push_back(std::move(entry));
    }
  }
  void tap_record(Direction direction, uint64_t record, bool verified, uint8_t content_type,
                  uint32_t length) override {
    TapEntry entry;
    entry.is_record = true;
    entry.direction = static_cast<uint8_t>(direction);
    entry.record = record;
    entry.verified = verified;
    entry.content_type = content_type;
    entry.length = length;
    flow_.taps_.push_back(std::move(entry));
  }
  void key_update(Direction direction, uint32_t generation) override {
    flow_.sides_[card::index(direction)].sink_generations.push_back(generation);
  }
  void release(Direction, MutableBytes, const card::soft::ParsedFrame&, uint16_t) override {}

 private:
  SplicedFlow& flow_;
};

SplicedFlow::SplicedFlow(const FlowOptions& options, card::soft::SplicePools& pools, uint64_t seed)
    : options_(options), random_(seed) {
  splice_.version = options.version;
  const bool tls13 = options.version == TlsVersion::kTls13;
  for (size_t i = 0; i < 2; ++i) {
    Side& side = sides_[i];
    for (size_t generation = 0; generation < kGenerations; ++generation) {
      side.in_keys.push_back(StreamKey::random(random_, options.version, options.in_key_size));
      side.out_keys.push_back(StreamKey::random(random_, options.version, options.out_key_size));
    }
    card::SpliceDirection& direction = splice_.directions[i];
    direction.sequence_delta = static_cast<uint32_t>(random_());
    // Near the wrap, often.
    direction.first_sequence =
        static_cast<uint32_t>(chance(random_, 1, 2) ? random_() : 0 - random_() % 50000);
    direction.tap = options.tap;
    direction.tap_bytes = options.tap_bytes;
    direction.strict = options.strict;
    direction.in_record = random_() % 1000;
    direction.out_record = random_() % 1000;
    direction.out_explicit_nonce = random_();
    direction.in = side.in_keys[0].record_key();
    direction.out = side.out_keys[0].record_key();
    if (options.next_keys && tls13) {
      direction.next_in = side.in_keys[1].record_key();
      direction.next_out = side.out_keys[1].record_key();
      side.installed = 2;
    }
    side.writer = std::make_unique<test::RecordWriter>(options.version, side.in_keys[0],
                                                       direction.in_record, random_());
  }
  auto made = card::soft::make_splicer(splice_, pools);
  EXPECT_TRUE(made) << made.status().message();
  splicer_ = std::move(made).value();
}

void SplicedFlow::append_record(Side& side) {
  const bool tls13 = options_.version == TlsVersion::kTls13;
  uint8_t type = kApplicationData;
  ByteVector content;
  size_t padding = 0;
  bool rekey = false;
  if (chance(random_, options_.odd_records, 100)) {
    switch (random_() % (tls13 ? 5 : 3)) {
      case 0:
        content = test::random_bytes(random_, random_() % 70);
        break;
      case 1:
        type = kAlert;
        content = {1, 0};
        break;
      case 2:
        break;  // empty
      case 3: {
        type = kHandshake;
        const size_t size = 1 + random_() % 300;
        content = {4, 0, static_cast<uint8_t>(size >> 8), static_cast<uint8_t>(size)};
        const ByteVector body = test::random_bytes(random_, size);
        content.insert(content.end(), body.begin(), body.end());
        break;
      }
      default:
        if (side.generation + 1 < kGenerations) {
          type = kHandshake;
          content = {24, 0, 0, 1, static_cast<uint8_t>(random_() % 2)};
          padding = random_() % 40;
          rekey = true;
        }
    }
  } else {
    content = test::random_bytes(
        random_, test::random_in(random_, options_.smallest_record, options_.largest_record));
    padding = tls13 && options_.padding && chance(random_, 1, 8) ? random_() % 200 : 0;
  }
  if (chance(random_, options_.forbidden, 1000)) {
    rekey = false;
    type = kHandshake;  // TLS 1.2: renegotiation
    content = {13, 0, 0, 2, 1, 1};
  }
  const ByteVector sealed = side.writer->seal(type, content, padding);
  side.stream.insert(side.stream.end(), sealed.begin(), sealed.end());
  if (sealed.size() <= 5 + 64 + 16) {
    side.short_ends.push_back(side.stream.size());
  }
  side.arrived.resize(side.stream.size());
  side.contents.push_back(content);
  if (rekey) {
    side.writer->rekey(side.in_keys[++side.generation]);
  }
}

// Bytes of the stream and where they begin.
std::vector<uint8_t> SplicedFlow::choose_payload(Side& side, size_t& position) {
  size_t size = 1 + random_() % (chance(random_, 1, 4) ? 60 : options_.largest_segment);
  const unsigned kind = static_cast<unsigned>(random_() % 100);
  if (kind < 55) {
    if (chance(random_, 1, 10)) {
      side.sent = side.received;  // a sender that begins again where it lost
    }
    position = side.sent;
    if (chance(random_, options_.loss, 100)) {
      position += size;  // what came before is lost
    }
  } else if (kind < 85) {
    position = side.received;
  } else {
    const size_t back = std::min<size_t>(side.sent, random_() % 4000);
    position = side.sent - back;
  }
  if (position > side.received + 40000) {
    position = side.received;  // a window
  }
  while (side.stream.size() < position + size && !finishing()) {
    append_record(side);
  }
  position = std::min(position, side.stream.size());
  size = std::min(size, side.stream.size() - position);
  const auto end = std::upper_bound(side.short_ends.begin(), side.short_ends.end(), position);
  if (options_.ends_at_short && end != side.short_ends.end()) {
    size = std::min(size, *end - position);
  }
  side.sent = std::max(side.sent, position + size);
  const auto begin = side.stream.begin() + static_cast<ptrdiff_t>(position);
  return {begin, begin + static_cast<ptrdiff_t>(size)};
}

FlowSegment SplicedFlow::next() {
  FlowSegment segment;
  ++segments_;
  segment.direction = static_cast<Direction>(random_() % 2);
  Side& side = sides_[card::index(segment.direction)];
  Side& other = sides_[card::index(card::opposite(segment.direction))];
  const card::SpliceDirection& there =
      splice_.directions[card::index(card::opposite(segment.direction))];
  size_t position = side.sent;
  if (chance(random_, 80, 100)) {
    segment.payload = choose_payload(side, position);
  }
  if (!segment.payload.empty() && chance(random_, options_.corrupt, 1000)) {
    segment.payload[random_() % segment.payload.size()] ^=
        static_cast<uint8_t>(1U << random_() % 8);
  }
  segment.sequence = splice_.directions[card::index(segment.direction)].first_sequence +
                     static_cast<uint32_t>(position);
  segment.flags = kAck;
  size_t acknowledges = other.received;
  if (chance(random_, 1, 4)) {
    acknowledges -= std::min<size_t>(acknowledges, random_() % 3000);
  } else if (chance(random_, 1, 50)) {
    acknowledges += random_() % 2000;
  }
  segment.acknowledgement =
      there.first_sequence + there.sequence_delta + static_cast<uint32_t>(acknowledges);
  if (chance(random_, 1, 20)) {
    segment.flags = 0;
  }
  if (finishing() && position + segment.payload.size() == side.stream.size()) {
    segment.flags |= kFin;
  }
  if (chance(random_, options_.odd_flags, 1000)) {
    constexpr uint8_t kinds[] = {kFin, kRst, kSyn, kUrg};
    segment.flags |= kinds[random_() % std::size(kinds)];
  }
  // A FIN's own number is acknowledged too, once all is there.
  if (acknowledges == other.stream.size() && other.fin_arrived) {
    ++segment.acknowledgement;
  }
  pass(segment);
  return segment;
}

FlowSegment SplicedFlow::next_in_order(Direction direction, size_t size) {
  return segment_at(direction, sides_[card::index(direction)].sent, size);
}

FlowSegment SplicedFlow::segment_at(Direction direction, size_t position, size_t size) {
  FlowSegment segment;
  segment.direction = direction;
  Side& side = sides_[card::index(direction)];
  const card::SpliceDirection& here = splice_.directions[card::index(direction)];
  const card::SpliceDirection& there = splice_.directions[card::index(card::opposite(direction))];
  while (side.stream.size() < position + size) {
    append_record(side);
  }
  const auto begin = side.stream.begin() + static_cast<ptrdiff_t>(position);
  segment.payload.assign(begin, begin + static_cast<ptrdiff_t>(size));
  segment.sequence = here.first_sequence + static_cast<uint32_t>(position);
  segment.acknowledgement = there.first_sequence + there.sequence_delta;
  segment.flags = kAck;
  side.sent = std::max(side.sent, position + size);
  pass(segment);
  return segment;
}

FlowSegment SplicedFlow::acknowledge(Direction direction) {
  FlowSegment segment;
  segment.direction = card::opposite(direction);
  const card::SpliceDirection& data = splice_.directions[card::index(direction)];
  segment.sequence = splice_.directions[card::index(segment.direction)].first_sequence;
  segment.acknowledgement = data.first_sequence + data.sequence_delta +
                            static_cast<uint32_t>(sides_[card::index(direction)].received);
  segment.flags = kAck;
  pass(segment);
  return segment;
}

card::FlowKey SplicedFlow::key() const {
  card::FlowKey key;
  for (auto* end : {&key.source, &key.destination}) {
    end->version = options_.ip_version;
    end->bytes = {10, 1, static_cast<uint8_t>(options_.client >> 8),
                  static_cast<uint8_t>(options_.client)};
  }
  key.destination.bytes[1] = 2;
  key.source_port = static_cast<uint16_t>(20000 + options_.client);
  key.destination_port = 443;
  return key;
}

void SplicedFlow::address(std::vector<uint8_t>& frame, const card::soft::ParsedFrame& parsed,
                          Direction direction) const {
  const card::FlowKey key =
      direction == Direction::kFromInside ? this->key() : this->key().reversed();
  const size_t size = options_.ip_version == 6 ? 16 : 4;
  uint8_t* at = frame.data() + parsed.l3 + (options_.ip_version == 6 ? 8 : 12);
  at = std::copy_n(key.source.bytes.begin(), size, at);
  std::copy_n(key.destination.bytes.begin(), size, at);
  at = frame.data() + parsed.l4;
  for (const uint16_t port : {key.source_port, key.destination_port}) {
    *at++ = static_cast<uint8_t>(port >> 8);
    *at++ = static_cast<uint8_t>(port);
  }
}

void SplicedFlow::pass(FlowSegment& segment) {
  Side& side = sides_[card::index(segment.direction)];
  card::soft::SegmentSpec spec;
  spec.sequence = segment.sequence;
  spec.acknowledgement = segment.acknowledgement;
  spec.flags = segment.flags;
  spec.payload = segment.payload;
  const bool by_chance = random_() % 2 != 0;
  spec.ipv6 = options_.ip_version == 0 ? by_chance : options_.ip_version == 6;
  card::soft::Segment frame = card::soft::make_segment(spec);
  frame.parsed.key.protocol = 6;
  if (options_.ip_version != 0) {
    address(frame.frame, frame.parsed, segment.direction);
  }
  complete_checksums(frame.frame, frame.parsed);
  segment.frame = frame.frame;
  segment.parsed = frame.parsed;
  const auto before = splicer_->stats().directions[card::index(segment.direction)];
  Sink sink(*this);
  segment.verdict =
      splicer_->process(segment.direction, MutableBytes(frame.frame), frame.parsed, 0, sink);
  const auto after = splicer_->stats().directions[card::index(segment.direction)];
  segment.fresh = after.new_payload_bytes - before.new_payload_bytes;
  segment.records = after.records - before.records;
  closed_ = closed_ || segment.verdict.closed;
  if (segment.verdict.kind != card::soft::SpliceVerdict::Kind::kSend) {
    return;
  }
  card::soft::ParsedFrame parsed = frame.parsed;
  parsed.payload_length = segment.verdict.payload_length;
  segment.sent.assign(
      frame.frame.begin(),
      frame.frame.begin() + static_cast<ptrdiff_t>(parsed.payload + parsed.payload_length));
  complete_checksums(segment.sent, parsed);
  const auto begin = frame.frame.begin() + static_cast<ptrdiff_t>(frame.parsed.payload);
  segment.left.assign(begin, begin + static_cast<ptrdiff_t>(segment.verdict.payload_length));
  const size_t position =
      segment.sequence - splice_.directions[card::index(segment.direction)].first_sequence;
  for (size_t i = 0; i < segment.left.size() && position + i < side.arrived.size(); ++i) {
    side.arrived[position + i] = true;
  }
  while (side.received < side.arrived.size() && side.arrived[side.received]) {
    ++side.received;
  }
  const bool whole = segment.left.size() == segment.payload.size();
  side.fin_arrived = side.fin_arrived || (finishing() && whole && (segment.flags & kFin) != 0);
}

bool SplicedFlow::update_keys(Direction direction) {
  Side& side = sides_[card::index(direction)];
  const size_t generation = side.installed;
  const bool done = splicer_
                        ->update_keys(direction, side.in_keys[generation].record_key(),
                                      side.out_keys[generation].record_key())
                        .is_ok();
  side.installed += done ? 1 : 0;
  return done;
}

}  // namespace vitrine::bench
