#include "sim/bench/record/record_ports.h"

#include "sim/bench/support/fields.h"

namespace vitrine::bench {
namespace {

constexpr size_t kSegmentBits = 102;
constexpr size_t kOpenBits = 257;
constexpr size_t kKeysBits = 706;
constexpr size_t kVerdictBits = 132;

void put_key(FieldWriter& writer, const std::vector<uint8_t>& key) {
  for (size_t i = 0; i < 32; ++i) {
    writer.put(8, i < key.size() ? key[i] : 0);
  }
}

}  // namespace

void segment_port(EData* port, size_t context, const FlowSegment& segment) {
  FieldWriter(port, kSegmentBits)
      .put(16, context)
      .put(1, card::index(segment.direction))
      .put(32, segment.sequence)
      .put(32, segment.acknowledgement)
      .put(16, segment.payload.size())
      .put(1, (segment.flags & kFin) != 0 ? 1 : 0)
      .put(1, (segment.flags & kSyn) != 0 ? 1 : 0)
      .put(1, (segment.flags & kRst) != 0 ? 1 : 0)
      .put(1, (segment.flags & kAck) != 0 ? 1 : 0)
      .put(1, (segment.flags & kUrg) != 0 ? 1 : 0);
}

void open_port(EData* port, const card::SpliceDirection& splice) {
  FieldWriter(port, kOpenBits)
      .put(32, splice.sequence_delta)
      .put(32, splice.first_sequence)
      .put(64, splice.in_record)
      .put(64, splice.out_record)
      .put(64, splice.out_explicit_nonce)
      .put(1, splice.next_in.has_value() ? 1 : 0);
}

void keys_port(EData* port, const test::StreamKey& in, const test::StreamKey& out) {
  FieldWriter writer(port, kKeysBits);
  writer.put(1, in.key.size() == 32 ? 1 : 0).put(1, out.key.size() == 32 ? 1 : 0);
  writer.put_bytes(in.iv.data(), 12).put_bytes(out.iv.data(), 12);
  put_key(writer, in.key);
  put_key(writer, out.key);
}

std::pair<TrackerVerdict, size_t> read_verdict(const EData* port) {
  FieldReader reader(port, kVerdictBits);
  TrackerVerdict verdict;
  verdict.context = reader.take(16);
  reader.take(1);
  verdict.sends = reader.flag();
  const size_t leaves = reader.take(16);
  verdict.reason = static_cast<uint8_t>(reader.take(5));
  verdict.closes = reader.flag();
  verdict.close_reason = static_cast<uint8_t>(reader.take(4));
  verdict.record = reader.take(64);
  verdict.fresh = reader.take(16);
  verdict.records = reader.take(8);
  return {verdict, leaves};
}

}  // namespace vitrine::bench
