// A connection between two ends that TLS keys and sequence numbers separate, as a handover leaves
// it, and the packets of both.
#pragma once

#include <array>
#include <cstdint>

#include "host/card/types.h"
#include "tests/card/card_bench.h"
#include "tests/support/packet_builder.h"
#include "tests/support/packet_view.h"
#include "tests/support/record_stream.h"

namespace vitrine::card::test {

using vitrine::test::ByteVector;
using vitrine::test::PacketBuilder;

struct ConnectionOptions {
  TlsVersion version = TlsVersion::kTls13;
  size_t in_key_size = 16;   // of the client's leg
  size_t out_key_size = 16;  // of the server's leg
  bool ipv6 = false;
  std::vector<uint16_t> vlans;
  bool strict = false;
  TapMode tap = TapMode::kNone;
  uint16_t client_port = 40000;
};

class SplicedConnection {
 public:
  explicit SplicedConnection(const ConnectionOptions& options = {});

  FlowSpec spec() const;
  FlowKey key() const { return packet(Direction::kFromInside).key(Port::kInside); }

  // One record as the sender of this direction makes it.
  ByteVector seal(Direction direction, Bytes content, uint8_t type = 23);
  // The next bytes of a direction in one segment; the sender's sequence moves on.
  PacketBuilder data(Direction direction, Bytes bytes);
  // A segment without payload at the current sequence; acknowledges all that data() sent the other
  // way.
  PacketBuilder packet(Direction direction) const;
  // An end has sent a FIN: the next acknowledgement covers it.
  void note_fin(Direction direction) { side(direction).sent += 1; }

  // What the numbers of a direction's packets become.
  uint32_t sequence_out(Direction d, uint32_t sequence) const {
    return sequence + delta_[index(d)];
  }
  uint32_t acknowledgement_out(Direction d, uint32_t acknowledgement) const {
    return acknowledgement - delta_[index(opposite(d))];
  }
  uint32_t timestamp_out(Direction d, uint32_t value) const {
    return value + timestamp_delta_[index(d)];
  }
  uint32_t echo_out(Direction d, uint32_t value) const {
    return value - timestamp_delta_[index(opposite(d))];
  }

  // The next generation of both legs; the sender moves to it with rekey().
  std::pair<RecordKey, RecordKey> next_keys(Direction direction);
  void rekey(Direction direction);

  // What the receiver's TLS makes of the bytes that left.
  vitrine::test::RecordReader& reader(Direction direction) { return side(direction).reader; }

 private:
  struct Side {
    vitrine::test::RecordWriter writer;
    vitrine::test::RecordReader reader;
    vitrine::test::StreamKey in, out, next_in, next_out, third_in, third_out;
    uint32_t sent = 0;  // sequence number that follows, as the sender counts
  };
  Side make_side(Direction direction);
  Side& side(Direction direction) { return sides_[index(direction)]; }

  ConnectionOptions options_;
  vitrine::test::Random random_;
  std::array<uint32_t, 2> delta_{0x10000001, 0xfff00000};
  std::array<uint32_t, 2> timestamp_delta_{500, 0x80000000};
  std::array<uint32_t, 2> first_{0xffffff00, 7000};
  std::array<Side, 2> sides_;
};

}  // namespace vitrine::card::test
