#include "tests/card/spliced_connection.h"

namespace vitrine::card::test {
namespace {

using vitrine::test::RecordReader;
using vitrine::test::RecordWriter;
using vitrine::test::StreamKey;

constexpr uint64_t kInRecord = 2;
constexpr uint64_t kOutRecord = 9;
constexpr uint64_t kOutNonce = 4000;

}  // namespace

SplicedConnection::Side SplicedConnection::make_side(Direction direction) {
  // Packets from inside come on the client's leg.
  const bool from_client = direction == Direction::kFromInside;
  const size_t in = from_client ? options_.in_key_size : options_.out_key_size;
  const size_t out = from_client ? options_.out_key_size : options_.in_key_size;
  auto key = [&](size_t size) { return StreamKey::random(random_, options_.version, size); };
  const StreamKey in_key = key(in);
  const StreamKey out_key = key(out);
  const StreamKey next_in = key(in);
  const StreamKey next_out = key(out);
  const StreamKey third_in = key(in);
  const StreamKey third_out = key(out);
  return {RecordWriter(options_.version, in_key, kInRecord, 100),
          RecordReader(options_.version, out_key, kOutRecord, {next_out, third_out}),
          in_key,
          out_key,
          next_in,
          next_out,
          third_in,
          third_out,
          first_[index(direction)]};
}

SplicedConnection::SplicedConnection(const ConnectionOptions& options)
    : options_(options),
      random_(options.client_port),
      sides_{make_side(Direction::kFromInside), make_side(Direction::kFromOutside)} {}

FlowSpec SplicedConnection::spec() const {
  FlowSpec spec;
  spec.key = key();
  spec.action = Action::kSplice;
  Splice splice;
  splice.version = options_.version;
  for (size_t i = 0; i < 2; ++i) {
    SpliceDirection& d = splice.directions[i];
    d.sequence_delta = delta_[i];
    d.timestamp_delta = timestamp_delta_[i];
    d.first_sequence = first_[i];
    d.in_record = kInRecord;
    d.out_record = kOutRecord;
    d.out_explicit_nonce = kOutNonce;
    d.in = sides_[i].in.record_key();
    d.out = sides_[i].out.record_key();
    if (options_.version == TlsVersion::kTls13) {
      d.next_in = sides_[i].next_in.record_key();
      d.next_out = sides_[i].next_out.record_key();
    }
    d.strict = options_.strict;
    d.tap = options_.tap;
  }
  spec.splice = std::move(splice);
  return spec;
}

ByteVector SplicedConnection::seal(Direction direction, Bytes content, uint8_t type) {
  return side(direction).writer.seal(type, content);
}

PacketBuilder SplicedConnection::packet(Direction direction) const {
  PacketBuilder builder;
  if (options_.ipv6) {
    builder.from("2001:db8::1", options_.client_port).to("2001:db8:1::7", 443);
  } else {
    builder.from("192.0.2.1", options_.client_port);
  }
  for (const uint16_t id : options_.vlans) {
    builder.vlan(id, 2);
  }
  if (direction == Direction::kFromOutside) {
    builder = builder.reply();
  }
  // An end knows the other's bytes by the numbers that the splice gives them.
  const Direction other = opposite(direction);
  builder.sequence(sides_[index(direction)].sent);
  builder.ack(sequence_out(other, sides_[index(other)].sent));
  return builder;
}

PacketBuilder SplicedConnection::data(Direction direction, Bytes bytes) {
  PacketBuilder builder = packet(direction).payload(bytes).psh();
  side(direction).sent += static_cast<uint32_t>(bytes.size());
  return builder;
}

std::pair<RecordKey, RecordKey> SplicedConnection::next_keys(Direction direction) {
  const Side& s = sides_[index(direction)];
  return {s.third_in.record_key(), s.third_out.record_key()};
}

void SplicedConnection::rekey(Direction direction) {
  Side& s = side(direction);
  s.writer.rekey(s.next_in);
  s.next_in = s.third_in;
}

}  // namespace vitrine::card::test
