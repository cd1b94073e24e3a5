#include "tests/card/record/splice_harness.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace vitrine::card::soft {
namespace {

using test::StreamKey;

std::vector<StreamKey> make_keys(test::Random& random, TlsVersion version, size_t size) {
  std::vector<StreamKey> keys;
  for (size_t i = 0; i < SpliceHarness::kGenerations; ++i) {
    keys.push_back(StreamKey::random(random, version, size));
  }
  return keys;
}

void put16(ByteVector& out, uint32_t value) {
  out.push_back(static_cast<uint8_t>(value >> 8));
  out.push_back(static_cast<uint8_t>(value));
}

void put32(ByteVector& out, uint32_t value) {
  put16(out, value >> 16);
  put16(out, value);
}

void put_ip(ByteVector& frame, bool ipv6, size_t tcp_size) {
  if (ipv6) {
    put16(frame, 0x86dd);
    put32(frame, 0x60000000);
    put16(frame, static_cast<uint32_t>(tcp_size));
    put16(frame, 6 << 8 | 64);
    frame.resize(frame.size() + 32, 0x11);
    return;
  }
  put16(frame, 0x0800);
  put16(frame, 0x4500);
  put16(frame, static_cast<uint32_t>(20 + tcp_size));
  put32(frame, 0);
  put32(frame, 0x40060000);
  put32(frame, 0xc0000201);
  put32(frame, 0xc6336407);
}

ByteVector make_options(const SegmentSpec& spec, TcpOptionsAt& at, size_t begin) {
  ByteVector options;
  if (spec.timestamps) {
    options = {1, 1, 8, 10};
    at.timestamp = static_cast<uint16_t>(begin + options.size());
    put32(options, spec.timestamps->first);
    put32(options, spec.timestamps->second);
  }
  if (!spec.sack.empty()) {
    options.insert(options.end(), {1, 1, 5, static_cast<uint8_t>(2 + 8 * spec.sack.size())});
    at.sack = static_cast<uint16_t>(begin + options.size());
    at.sack_blocks = static_cast<uint8_t>(spec.sack.size());
    for (const auto& [left, right] : spec.sack) {
      put32(options, left);
      put32(options, right);
    }
  }
  return options;
}

}  // namespace

Segment make_segment(const SegmentSpec& spec) {
  Segment segment;
  ParsedFrame& parsed = segment.parsed;
  ByteVector& frame = segment.frame;
  parsed.key.source.version = spec.ipv6 ? 6 : 4;
  parsed.key.destination.version = parsed.key.source.version;
  parsed.l3 = 14;
  parsed.l4 = static_cast<uint16_t>(spec.ipv6 ? 54 : 34);
  const ByteVector options = make_options(spec, parsed.options, parsed.l4 + 20U);
  const size_t header = 20 + options.size();
  frame.resize(12, 2);
  put_ip(frame, spec.ipv6, header + spec.payload.size());
  put32(frame, 443U << 16 | 40000);
  put32(frame, spec.sequence);
  put32(frame, spec.acknowledgement);
  put16(frame, static_cast<uint32_t>(header / 4 << 12 | spec.flags));
  put16(frame, 0x7fff);
  put32(frame, 0);
  frame.insert(frame.end(), options.begin(), options.end());
  parsed.payload = static_cast<uint32_t>(frame.size());
  parsed.payload_length = static_cast<uint32_t>(spec.payload.size());
  parsed.sequence = spec.sequence;
  parsed.acknowledgement = spec.acknowledgement;
  parsed.tcp_flags = spec.flags;
  frame.insert(frame.end(), spec.payload.begin(), spec.payload.end());
  return segment;
}

SpliceHarness::SpliceHarness(const HarnessOptions& wanted)
    : options(wanted),
      random(wanted.seed),
      own_pools(wanted.shared_pools != nullptr ? nullptr
                                               : std::make_unique<SplicePools>(wanted.pools)),
      pools(wanted.shared_pools != nullptr ? *wanted.shared_pools : *own_pools),
      in_keys_(make_keys(random, wanted.version, wanted.in_key_size)),
      out_keys_(make_keys(random, wanted.version, wanted.out_key_size)),
      writer_(wanted.version, in_keys_[0], wanted.first_record, 1000),
      reader_(wanted.version, out_keys_[0], wanted.first_out_record,
              {out_keys_.begin() + 1, out_keys_.end()}) {
  EXPECT_TRUE(secure_memory_init());
  Splice splice;
  splice.version = options.version;
  SpliceDirection& data = splice.directions[index(kData)];
  data.sequence_delta = options.sequence_delta;
  data.timestamp_delta = options.timestamp_delta;
  data.first_sequence = options.first_sequence;
  data.in_record = options.first_record;
  data.out_record = options.first_out_record;
  data.out_explicit_nonce = 77;
  data.in = in_keys_[0].record_key();
  data.out = out_keys_[0].record_key();
  data.strict = options.strict;
  data.tap = options.tap;
  data.tap_bytes = options.tap_bytes;
  if (options.version == TlsVersion::kTls13 && options.next_keys) {
    data.next_in = in_keys_[1].record_key();
    data.next_out = out_keys_[1].record_key();
    installed_ = 2;
  }
  SpliceDirection& back = splice.directions[index(kBack)];
  back.sequence_delta = 0x01010101;
  back.timestamp_delta = 7;
  back.first_sequence = 5000;
  back.in = out_keys_[kGenerations - 1].record_key();
  back.out = in_keys_[kGenerations - 1].record_key();
  auto made = make_splicer(splice, pools);
  EXPECT_TRUE(made.is_ok()) << made.status().to_string();
  splicer = std::move(*made);
}

size_t SpliceHarness::append(uint8_t type, Bytes bytes, size_t padding) {
  const size_t position = stream.size();
  const ByteVector record = writer_.seal(type, bytes, padding);
  stream.insert(stream.end(), record.begin(), record.end());
  records.emplace_back(position, record.size());
  if (type == 23) {
    content.insert(content.end(), bytes.begin(), bytes.end());
  }
  left.resize(stream.size(), -1);
  arrived_.resize(stream.size(), -1);
  return position;
}

size_t SpliceHarness::append_key_update(size_t padding, bool request) {
  const ByteVector message = {24, 0, 0, 1, static_cast<uint8_t>(request ? 1 : 0)};
  const size_t position = append(22, message, padding);
  writer_.rekey(in_keys_.at(++writer_generation_));
  return position;
}

void SpliceHarness::append_random(size_t bytes, size_t largest_record) {
  const bool tls13 = options.version == TlsVersion::kTls13;
  while (stream.size() < bytes) {
    const size_t kind = random() % 10;
    const size_t largest = kind < 3 ? 100 : largest_record;
    append(23, test::random_bytes(random, test::random_in(random, 0, largest)),
           tls13 && kind == 9 ? test::random_in(random, 0, 200) : 0);
  }
}

Outcome SpliceHarness::process(Direction direction, const SegmentSpec& spec,
                               uint16_t segment_size) {
  SegmentSpec adapted = spec;
  adapted.ipv6 = options.ipv6;
  Segment segment = make_segment(adapted);
  const Segment before = segment;
  Outcome outcome;
  outcome.verdict =
      splicer->process(direction, MutableBytes(segment.frame), segment.parsed, segment_size, sink);
  if (!outcome.sent()) {
    return outcome;
  }
  const size_t size = segment.parsed.payload + outcome.verdict.payload_length;
  EXPECT_LE(size, segment.frame.size());
  segment.frame.resize(size);
  const uint8_t* tcp = segment.frame.data() + segment.parsed.l4;
  const uint8_t* ip = segment.frame.data() + 14;
  EXPECT_EQ(options.ipv6 ? load_be16(ip + 4) + 54U : load_be16(ip + 2) + 14U, size);
  const uint32_t delta = direction == kData ? options.sequence_delta : 0x01010101;
  EXPECT_EQ(load_be32(tcp + 4), spec.sequence + delta);
  outcome.sequence = load_be32(tcp + 4);
  outcome.acknowledgement = load_be32(tcp + 8);
  outcome.flags = tcp[13];
  if (outcome.verdict.payload_length < spec.payload.size()) {
    EXPECT_EQ(outcome.flags, spec.flags & ~(kFin | kPsh));
  } else {
    EXPECT_EQ(outcome.flags, spec.flags);
  }
  outcome.frame = segment.frame;
  outcome.payload.assign(segment.frame.begin() + segment.parsed.payload, segment.frame.end());
  if (direction == kData) {
    observe(outcome.payload, outcome.sequence);
  }
  return outcome;
}

Outcome SpliceHarness::send(size_t from, size_t to, uint8_t extra_flags, uint16_t segment_size) {
  SegmentSpec spec;
  spec.sequence = in_sequence(from);
  spec.acknowledgement = 5000 + 0x01010101;
  spec.flags = static_cast<uint8_t>(kAck | extra_flags);
  spec.payload = Bytes(stream).subspan(from, to - from);
  return process(kData, spec, segment_size);
}

Outcome SpliceHarness::send_bytes(size_t from, Bytes bytes, uint8_t extra_flags) {
  SegmentSpec spec;
  spec.sequence = in_sequence(from);
  spec.acknowledgement = 5000 + 0x01010101;
  spec.flags = static_cast<uint8_t>(kAck | extra_flags);
  spec.payload = bytes;
  return process(kData, spec);
}

Outcome SpliceHarness::acknowledge(size_t position, uint8_t extra_flags) {
  SegmentSpec spec;
  spec.sequence = 5000;
  spec.acknowledgement = out_sequence(position);
  spec.flags = static_cast<uint8_t>(kAck | extra_flags);
  acknowledged = std::max(acknowledged, position);
  return process(kBack, spec);
}

// The must: a byte leaves as it left the first time.
void SpliceHarness::observe(Bytes payload, uint32_t sequence) {
  const auto position = static_cast<int32_t>(sequence - out_sequence(0));
  for (size_t i = 0; i < payload.size(); ++i) {
    const int64_t at = position + static_cast<int64_t>(i);
    if (at < 0) {
      EXPECT_EQ(payload[i], 0) << "old bytes leave blank";
      continue;
    }
    ASSERT_LT(at, static_cast<int64_t>(left.size()));
    int& first = left[static_cast<size_t>(at)];
    if (first < 0) {
      first = payload[i];
    } else if (at >= static_cast<int64_t>(acknowledged) || payload[i] != 0) {
      ASSERT_EQ(payload[i], first) << "position " << at;
    }
  }
}

void SpliceHarness::deliver(const Outcome& outcome) {
  if (!outcome.sent()) {
    return;
  }
  const auto position = static_cast<int32_t>(outcome.sequence - out_sequence(0));
  for (size_t i = 0; i < outcome.payload.size(); ++i) {
    const int64_t at = position + static_cast<int64_t>(i);
    if (at >= static_cast<int64_t>(received_)) {
      arrived_.at(static_cast<size_t>(at)) = outcome.payload[i];
    }
  }
  ByteVector next;
  while (received_ < arrived_.size() && arrived_[received_] >= 0) {
    next.push_back(static_cast<uint8_t>(arrived_[received_++]));
  }
  reader_.feed(next);
}

void SpliceHarness::deliver_released() {
  for (const Segment& segment : sink.released) {
    Outcome outcome;
    outcome.sequence = load_be32(segment.frame.data() + segment.parsed.l4 + 4);
    outcome.payload.assign(segment.frame.begin() + segment.parsed.payload, segment.frame.end());
    EXPECT_EQ(outcome.payload.size(), segment.parsed.payload_length);
    observe(outcome.payload, outcome.sequence);
    deliver(outcome);
  }
  sink.released.clear();
}

Status SpliceHarness::install_next() {
  const Status status = splicer->update_keys(kData, in_keys_.at(installed_).record_key(),
                                             out_keys_.at(installed_).record_key());
  installed_ += status.is_ok() ? 1 : 0;
  return status;
}

}  // namespace vitrine::card::soft
