// Spliced connections through a whole card: what the two ends see of each other. The record
// engine's own properties are in tests/card/record.
#include "tests/card/conformance.h"
#include "tests/card/spliced_connection.h"

namespace vitrine::card::test {
namespace {

using vitrine::test::checksums_are_right;
using vitrine::test::PacketView;
using vitrine::test::Random;
using vitrine::test::random_bytes;

constexpr auto kBothDirections = {Direction::kFromInside, Direction::kFromOutside};
constexpr Port port_of(Direction direction) { return static_cast<Port>(direction); }

struct Spliced {
  Spliced(Card& card, const ConnectionOptions& options) : connection(options) {
    const auto installed = card.install(connection.spec());
    EXPECT_TRUE(installed.is_ok()) << installed.status().to_string();
    flow = installed ? *installed : 0;
  }
  SplicedConnection connection;
  FlowId flow = 0;
};

// Every field that the splice moves, and checksums; returns the payload.
Bytes check_moved(const SplicedConnection& connection, Direction direction, Bytes before,
                  Bytes after) {
  const PacketView in(before);
  const PacketView out(after);
  EXPECT_EQ(after.size(), before.size());
  EXPECT_TRUE(checksums_are_right(after));
  EXPECT_EQ(out.source_port, in.source_port);
  EXPECT_EQ(out.destination_port, in.destination_port);
  EXPECT_EQ(out.sequence, connection.sequence_out(direction, in.sequence));
  EXPECT_EQ(out.acknowledgement, connection.acknowledgement_out(direction, in.acknowledgement));
  EXPECT_EQ(out.flags, in.flags);
  EXPECT_EQ(out.window, in.window);
  EXPECT_EQ(out.has_timestamps, in.has_timestamps);
  if (in.has_timestamps) {
    EXPECT_EQ(out.timestamp, connection.timestamp_out(direction, in.timestamp));
    EXPECT_EQ(out.timestamp_echo, connection.echo_out(direction, in.timestamp_echo));
  }
  EXPECT_EQ(out.sack.size(), in.sack.size());
  for (size_t i = 0; i < std::min(in.sack.size(), out.sack.size()); ++i) {
    EXPECT_EQ(out.sack[i].first, connection.acknowledgement_out(direction, in.sack[i].first));
    EXPECT_EQ(out.sack[i].second, connection.acknowledgement_out(direction, in.sack[i].second));
  }
  return out.payload;
}

struct Variant {
  const char* what;
  ConnectionOptions options;
};

std::vector<Variant> variants() {
  std::vector<Variant> out;
  for (const auto version : {TlsVersion::kTls12, TlsVersion::kTls13}) {
    for (const size_t in : {16U, 32U}) {
      for (const bool ipv6 : {false, true}) {
        ConnectionOptions options;
        options.version = version;
        options.in_key_size = in;
        options.out_key_size = 48 - in;
        options.ipv6 = ipv6;
        out.push_back({"plain", options});
      }
    }
  }
  ConnectionOptions tagged;
  tagged.vlans = {100};
  out.push_back({"one VLAN tag", tagged});
  tagged.vlans = {100, 200};
  tagged.ipv6 = true;
  out.push_back({"two VLAN tags, IPv6", tagged});
  return out;
}

TEST_P(SpliceConformanceTest, SplicedRecordsArriveUnderTheOtherLegsKeys) {
  Random random(1);
  for (const auto& [what, options] : variants()) {
    SCOPED_TRACE(what);
    Spliced s(card(), options);
    const uint64_t spliced = card().counters().spliced;
    for (const size_t size : {0U, 1U, 15U, 16U, 400U, 1300U}) {
      for (const Direction direction : kBothDirections) {
        const auto content = random_bytes(random, size);
        const auto packet =
            s.connection.data(direction, s.connection.seal(direction, content)).build();
        put(port_of(direction), packet);
        const auto frames = out(opposite(port_of(direction)));
        ASSERT_EQ(frames.size(), 1U);
        const Bytes payload = check_moved(s.connection, direction, packet, frames[0].bytes);
        ASSERT_TRUE(s.connection.reader(direction).feed(payload));
        ASSERT_FALSE(s.connection.reader(direction).records().empty());
        EXPECT_EQ(s.connection.reader(direction).records().back().content, content);
      }
    }
    EXPECT_EQ(card().counters().spliced, spliced + 12);
    const auto stats = card().remove(s.flow);
    ASSERT_TRUE(stats.is_ok());
    EXPECT_EQ(stats->directions[0].records, 6U);
    EXPECT_EQ(stats->directions[1].packets, 6U);
  }
}

TEST_P(SpliceConformanceTest, ARecordOverManySegmentsArrivesInAnyOrder) {
  Random random(2);
  Spliced s(card(), {});
  const Direction direction = Direction::kFromOutside;
  const auto content = random_bytes(random, 16000);
  const auto record = s.connection.seal(direction, content);
  std::vector<std::vector<uint8_t>> packets;
  for (size_t at = 0; at < record.size(); at += 1448) {
    const size_t length = std::min<size_t>(1448, record.size() - at);
    packets.push_back(s.connection.data(direction, Bytes(record).subspan(at, length)).build());
  }
  std::swap(packets[2], packets[5]);
  std::swap(packets[7], packets[8]);
  ByteVector stream(record.size());
  for (const auto& packet : packets) {
    put(Port::kOutside, packet);
    for (const auto& frame : out(Port::kInside)) {
      const Bytes payload = check_moved(s.connection, direction, packet, frame.bytes);
      const size_t at = PacketView(packet).sequence - 7000;
      std::copy(payload.begin(), payload.end(), stream.begin() + static_cast<ptrdiff_t>(at));
    }
  }
  ASSERT_TRUE(s.connection.reader(direction).feed(stream));
  EXPECT_EQ(s.connection.reader(direction).data(), content);
}

TEST_P(SpliceConformanceTest, AcknowledgementsTimestampsAndSackMove) {
  Spliced s(card(), {});
  Random random(3);
  const auto sent =
      s.connection.data(Direction::kFromOutside,
                        s.connection.seal(Direction::kFromOutside, random_bytes(random, 900)));
  put(Port::kOutside, PacketBuilder(sent).timestamps(0xfffffff0, 12));
  const auto there = out(Port::kInside);
  ASSERT_EQ(there.size(), 1U);
  check_moved(s.connection, Direction::kFromOutside,
              PacketBuilder(sent).timestamps(0xfffffff0, 12).build(), there[0].bytes);
  auto ack = s.connection.packet(Direction::kFromInside);
  const uint32_t edge = PacketView(ack.build()).acknowledgement;
  ack.timestamps(77, 0x80000001).sack({{edge + 10, edge + 20}, {edge + 30, edge + 0x7000}});
  put(Port::kInside, ack);
  const auto back = out(Port::kOutside);
  ASSERT_EQ(back.size(), 1U);
  check_moved(s.connection, Direction::kFromInside, ack.build(), back[0].bytes);
}

TEST_P(SpliceConformanceTest, EthernetPaddingOfASplicedAckIsTakenOff) {
  Spliced s(card(), {});
  const auto ack = s.connection.packet(Direction::kFromInside).build();
  auto padded = ack;
  padded.resize(60, 0);
  put(Port::kInside, padded);
  const auto frames = out(Port::kOutside);
  ASSERT_EQ(frames.size(), 1U);
  check_moved(s.connection, Direction::kFromInside, ack, frames[0].bytes);
}

TEST_P(SpliceConformanceTest, AWrongChecksumIsNotMadeRightBySplicing) {
  Spliced s(card(), {});
  const auto packet = s.connection.data(
      Direction::kFromInside, s.connection.seal(Direction::kFromInside, ByteVector(100, 1)));
  expect_dropped(Port::kInside, PacketBuilder(packet).bad_checksum().build(), DropReason::kChecksum,
                 "TCP");
  auto frame = packet.build();
  frame[14 + 8] ^= 1;  // TTL
  expect_dropped(Port::kInside, frame, DropReason::kChecksum, "IPv4 header");
  put(Port::kInside, packet);
  EXPECT_EQ(out(Port::kOutside).size(), 1U) << "sent again, it passes";
}

TEST_P(SpliceConformanceTest, CoalescedFramesAreSplicedWhole) {
  Random random(4);
  for (const bool ipv6 : {false, true}) {
    ConnectionOptions options;
    options.ipv6 = ipv6;
    Spliced s(card(), options);
    ByteVector stream;
    ByteVector content;
    for (int i = 0; i < 3; ++i) {
      const auto part = random_bytes(random, 16000);
      content.insert(content.end(), part.begin(), part.end());
      const auto record = s.connection.seal(Direction::kFromOutside, part);
      stream.insert(stream.end(), record.begin(), record.end());
    }
    const auto packet = s.connection.data(Direction::kFromOutside, stream);
    put(Port::kOutside, packet.build(), 1448);
    const auto frames = out(Port::kInside);
    EXPECT_EQ(frames.size(), bench().coalesces() ? 1U : (stream.size() + 1447) / 1448);
    for (const auto& frame : frames) {
      EXPECT_EQ(frame.segment_size, bench().coalesces() ? 1448 : 0);
      EXPECT_TRUE(checksums_are_right(frame.bytes));
      ASSERT_TRUE(
          s.connection.reader(Direction::kFromOutside).feed(PacketView(frame.bytes).payload));
    }
    EXPECT_EQ(s.connection.reader(Direction::kFromOutside).data(), content);
    const auto stats = card().remove(s.flow);
    ASSERT_TRUE(stats.is_ok());
    EXPECT_EQ(stats->directions[1].packets, (stream.size() + 1447) / 1448)
        << "counted as segments on the wire";
  }
}

TEST_P(SpliceEndConformanceTest, ABadRecordKillsTheFlowAndTellsTheHost) {
  Spliced s(card(), {});
  auto record = s.connection.seal(Direction::kFromOutside, ByteVector(500, 7));
  record[100] ^= 1;
  put(Port::kOutside, s.connection.data(Direction::kFromOutside, record));
  ASSERT_EQ(reports().events.size(), 1U);
  EXPECT_EQ(reports().events[0].reason, CloseReason::kBadRecord);
  EXPECT_EQ(reports().events[0].direction, Direction::kFromOutside);
  EXPECT_TRUE(out(Port::kInside).empty()) << "no byte of a record that lies in one packet";
  EXPECT_EQ(dropped(DropReason::kBadRecord), 1U);
  // The host hears of a few stragglers, so that it can reset their senders; nothing leaves.
  for (int i = 0; i < 20; ++i) {
    put(Port::kInside, s.connection.packet(Direction::kFromInside));
  }
  EXPECT_TRUE(out(Port::kOutside).empty());
  EXPECT_EQ(reports().punts.size(), punted(PuntReason::kDeadFlow));
  EXPECT_GE(reports().punts.size(), 1U);
  EXPECT_EQ(dropped(DropReason::kFlowDead) + reports().punts.size(), 20U);
  EXPECT_EQ(reports().punts[0].flow, s.flow);
  const size_t first_second = reports().punts.size();
  bench().advance_ms(1100);
  put(Port::kInside, s.connection.packet(Direction::kFromInside));
  EXPECT_EQ(reports().punts.size(), first_second + 1) << "a new second";
  put(Port::kInside, s.connection.packet(Direction::kFromInside).rst());
  EXPECT_EQ(reports().punts.size(), first_second + 1) << "nobody answers a reset";
  bench().advance_ms(20'000);
  wait_flows(0);
}

TEST_P(SpliceEndConformanceTest,
       OfADeadFlowEveryNewAcknowledgementIsToldAndNeitherEndCrowdsOutTheOther) {
  Spliced s(card(), {});
  auto record = s.connection.seal(Direction::kFromOutside, ByteVector(500, 7));
  record.back() ^= 1;
  put(Port::kOutside, s.connection.data(Direction::kFromOutside, record));
  for (int i = 0; i < 50; ++i) {
    put(Port::kOutside, s.connection.packet(Direction::kFromOutside).payload_of(1000));
  }
  EXPECT_LT(reports().punts.size(), 10U);
  const size_t before = reports().punts.size();
  for (uint32_t i = 0; i < 50; ++i) {
    put(Port::kInside, s.connection.packet(Direction::kFromInside).ack(i * 1000));
  }
  EXPECT_EQ(reports().punts.size(), before + 50);
  EXPECT_EQ(PacketView(reports().punts.back().frame).acknowledgement, 49'000U);
  for (uint32_t i = 0; i < 1000; ++i) {
    put(Port::kInside, s.connection.packet(Direction::kFromInside).ack(i));
  }
  EXPECT_LT(reports().punts.size(), before + 300) << "but not without end";
}

TEST_P(SpliceEndConformanceTest, FinsCloseASpliceThatStillAnswersWhileItLingers) {
  Spliced s(card(), {});
  auto& c = s.connection;
  put(Port::kInside, c.packet(Direction::kFromInside).fin());
  c.note_fin(Direction::kFromInside);
  put(Port::kOutside, c.packet(Direction::kFromOutside).fin());
  c.note_fin(Direction::kFromOutside);
  EXPECT_TRUE(reports().events.empty());
  const auto last = c.packet(Direction::kFromInside);
  put(Port::kInside, last);
  ASSERT_EQ(reports().events.size(), 1U);
  EXPECT_EQ(reports().events[0].reason, CloseReason::kFin);
  EXPECT_EQ(reports().events[0].stats.directions[0].packets, 2U);
  out(Port::kOutside);
  put(Port::kInside, last);
  const auto again = out(Port::kOutside);
  ASSERT_EQ(again.size(), 1U);
  check_moved(c, Direction::kFromInside, last.build(), again[0].bytes);
  bench().advance_ms(1500);
  wait_flows(0);
}

TEST_P(SpliceEndConformanceTest, AResetClosesASplice) {
  Spliced s(card(), {});
  put(Port::kOutside, s.connection.packet(Direction::kFromOutside).flags(0x04));
  ASSERT_EQ(reports().events.size(), 1U);
  EXPECT_EQ(reports().events[0].reason, CloseReason::kReset);
  EXPECT_EQ(out(Port::kInside).size(), 1U) << "the reset reaches the other end";
}

TEST_P(SpliceConformanceTest, AnIdleSpliceIsClosedAndItsStragglersGoToTheHost) {
  SplicedConnection connection;
  FlowSpec spec = connection.spec();
  spec.idle_timeout_ms = 5000;
  ASSERT_TRUE(card().install(spec).is_ok());
  bench().advance_ms(6000);
  wait_events(1);
  EXPECT_EQ(reports().events[0].reason, CloseReason::kIdle);
  expect_punted(Port::kInside, connection.packet(Direction::kFromInside).build(),
                PuntReason::kDeadFlow, "after the end");
}

TEST_P(SpliceConformanceTest, ZeroizeEndsEverySpliceAndLeavesOtherFlows) {
  Spliced a(card(), {});
  ConnectionOptions other;
  other.client_port = 40001;
  Spliced b(card(), other);
  const auto plain = PacketBuilder().from("192.0.2.9", 9);
  install(plain.key(Port::kInside), Action::kForward);
  ASSERT_TRUE(card().zeroize().is_ok());
  ASSERT_EQ(reports().events.size(), 2U);
  EXPECT_EQ(reports().events[0].reason, CloseReason::kZeroized);
  put(Port::kInside, a.connection.data(Direction::kFromInside,
                                       a.connection.seal(Direction::kFromInside, ByteVector(9))));
  EXPECT_TRUE(out(Port::kOutside).empty());
  expect_forwarded(Port::kInside, plain.build(), "a flow without keys");
  EXPECT_EQ(card().update_keys(a.flow, Direction::kFromInside, RecordKey{}, RecordKey{}).code(),
            Code::kUnavailable);
}

TEST_P(SpliceConformanceTest, WithoutAHeartbeatKeysAreClearedAndFailOpenPassesTheRest) {
  BenchOptions options;
  options.heartbeat_timeout_ms = 3000;
  options.fail_open = true;
  make(options);
  Spliced s(card(), {});
  bench().advance_ms(4000);
  wait_events(1);
  EXPECT_EQ(reports().events[0].reason, CloseReason::kZeroized);
  put(Port::kInside, s.connection.data(Direction::kFromInside,
                                       s.connection.seal(Direction::kFromInside, ByteVector(9))));
  EXPECT_TRUE(out(Port::kOutside).empty());
  expect_forwarded(Port::kInside, PacketBuilder().from("192.0.2.9", 9).build(), "other traffic");
  card().heartbeat();
  put(Port::kInside, s.connection.data(Direction::kFromInside,
                                       s.connection.seal(Direction::kFromInside, ByteVector(9))));
  EXPECT_TRUE(out(Port::kOutside).empty()) << "keys do not come back";
}

TEST_P(SpliceConformanceTest, AKeyUpdateMovesBothLegsAndAsksForTheNextKeys) {
  Spliced s(card(), {});
  auto& c = s.connection;
  const Direction direction = Direction::kFromInside;
  const ByteVector key_update{24, 0, 0, 1, 0};  // RFC 8446 section 4.6.3
  const ByteVector content(200, 3);
  for (uint32_t generation = 1; generation <= 2; ++generation) {
    put(Port::kInside, c.data(direction, c.seal(direction, key_update, 22)));
    c.rekey(direction);
    ASSERT_EQ(reports().events.size(), generation);
    EXPECT_EQ(reports().events.back().type, FlowEvent::Type::kKeyUpdate);
    EXPECT_EQ(reports().events.back().generation, generation);
    EXPECT_EQ(reports().events.back().flow, s.flow);
    if (generation == 1) {
      const auto [in, out_key] = c.next_keys(direction);
      ASSERT_TRUE(card().update_keys(s.flow, direction, in, out_key).is_ok());
    }
    put(Port::kInside, c.data(direction, c.seal(direction, content)));
  }
  for (const auto& frame : out(Port::kOutside)) {
    EXPECT_TRUE(c.reader(direction).feed(PacketView(frame.bytes).payload));
  }
  EXPECT_EQ(c.reader(direction).data(), ByteVector(400, 3));
  put(Port::kInside, c.data(direction, c.seal(direction, key_update, 22)));
  EXPECT_EQ(out(Port::kOutside).size(), 1U) << "the KeyUpdate is still under known keys";
  put(Port::kInside, c.data(direction, c.seal(direction, content)));
  EXPECT_TRUE(out(Port::kOutside).empty()) << "a third generation that nobody installed";
  EXPECT_EQ(dropped(DropReason::kAwaitingKeys), 1U);
}

TEST_P(TapConformanceTest, TheTapBringsPlaintextBeforeItsVerdict) {
  ConnectionOptions options;
  options.tap = TapMode::kAll;
  Spliced s(card(), options);
  const auto request = as_bytes("GET / HTTP/1.1\r\n\r\n");
  const auto answer = as_bytes("HTTP/1.1 204 No Content\r\n\r\n");
  put(Port::kInside, s.connection.data(Direction::kFromInside,
                                       s.connection.seal(Direction::kFromInside, request)));
  settle();
  put(Port::kOutside, s.connection.data(Direction::kFromOutside,
                                        s.connection.seal(Direction::kFromOutside, answer)));
  auto& seen = reports();
  EXPECT_EQ(as_text(seen.plaintext[0]).substr(0, request.size()), as_text(request));
  EXPECT_EQ(as_text(seen.plaintext[1]).substr(0, answer.size()), as_text(answer));
  ASSERT_EQ(seen.tap_records.size(), 2U);
  EXPECT_TRUE(seen.tap_records[0].verified);
  EXPECT_EQ(seen.tap_records[0].content_type, 23);
  EXPECT_EQ(seen.tap_records[0].length, request.size());
  EXPECT_EQ(seen.tap_records[0].flow, s.flow);
  EXPECT_EQ(seen.tap_records[1].direction, Direction::kFromOutside);
  EXPECT_EQ(card().counters().tap_lost, 0U);
}

// A strict record in three packets; returns them.
std::vector<PacketBuilder> strict_packets(SplicedConnection& c, const ByteVector& content) {
  const auto record = c.seal(Direction::kFromOutside, content);
  std::vector<PacketBuilder> packets;
  const size_t third = record.size() / 3;
  packets.push_back(c.data(Direction::kFromOutside, Bytes(record).first(third)));
  packets.push_back(c.data(Direction::kFromOutside, Bytes(record).subspan(third, third)));
  packets.push_back(c.data(Direction::kFromOutside, Bytes(record).subspan(2 * third)));
  return packets;
}

TEST_P(StrictConformanceTest, StrictHoldsARecordUntilItHasVerified) {
  ConnectionOptions options;
  options.strict = true;
  Spliced s(card(), options);
  const ByteVector content(3000, 5);
  const auto packets = strict_packets(s.connection, content);
  put(Port::kOutside, packets[0]);
  put(Port::kOutside, packets[1]);
  EXPECT_TRUE(out(Port::kInside).empty());
  EXPECT_EQ(card().counters().held, 2U);
  put(Port::kOutside, packets[2]);
  const auto frames = out(Port::kInside);
  ASSERT_EQ(frames.size(), 3U);
  for (size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(s.connection.reader(Direction::kFromOutside)
                    .feed(check_moved(s.connection, Direction::kFromOutside, packets[i].build(),
                                      frames[i].bytes)));
  }
  EXPECT_EQ(s.connection.reader(Direction::kFromOutside).data(), content);
  EXPECT_EQ(card().counters().held, 0U);
  EXPECT_EQ(card().counters().spliced, 3U);
}

TEST_P(StrictConformanceTest, HeldFramesOfAFlowThatEndsAreCountedAsDropped) {
  ConnectionOptions options;
  options.strict = true;
  auto hold_two = [&] {
    Spliced s(card(), options);
    ++options.client_port;
    const auto packets = strict_packets(s.connection, ByteVector(3000, 5));
    put(Port::kOutside, packets[0]);
    put(Port::kOutside, packets[1]);
    settle();
    EXPECT_EQ(card().counters().held, 2U);
    return s.flow;
  };
  EXPECT_TRUE(card().remove(hold_two()).is_ok());
  EXPECT_EQ(card().counters().held, 0U);
  EXPECT_EQ(dropped(DropReason::kFlowDead), 2U);
  hold_two();
  EXPECT_TRUE(card().zeroize().is_ok());
  EXPECT_EQ(card().counters().held, 0U);
  EXPECT_EQ(dropped(DropReason::kFlowDead), 4U);
  options.client_port = 50000;
  Spliced s(card(), options);
  auto packets = strict_packets(s.connection, ByteVector(3000, 5));
  put(Port::kOutside, packets[0]);
  auto damaged = packets[1].build();
  damaged.back() ^= 1;
  put(Port::kOutside, PacketBuilder(packets[1]).payload(PacketView(damaged).payload));
  put(Port::kOutside, packets[2]);
  ASSERT_GE(reports().events.size(), 2U);
  EXPECT_EQ(reports().events.back().reason, CloseReason::kBadRecord);
  EXPECT_TRUE(out(Port::kInside).empty());
  EXPECT_EQ(card().counters().held, 0U);
}

TEST_P(SpliceConformanceTest, HeldByTheHostAndInjectedAsReceivedIsSpliced) {
  Spliced s(card(), {});
  const ByteVector content(300, 8);
  const auto packet =
      s.connection.data(Direction::kFromInside, s.connection.seal(Direction::kFromInside, content));
  ASSERT_TRUE(inject(InjectAs::kReceived, Port::kInside, packet.build()).is_ok());
  const auto frames = out(Port::kOutside);
  ASSERT_EQ(frames.size(), 1U);
  ASSERT_TRUE(s.connection.reader(Direction::kFromInside)
                  .feed(check_moved(s.connection, Direction::kFromInside, packet.build(),
                                    frames[0].bytes)));
  EXPECT_EQ(s.connection.reader(Direction::kFromInside).data(), content);
}

TEST_P(SpliceConformanceTest, AfterRemovalASplicedFlowMeetsTheRules) {
  Spliced s(card(), {});
  ASSERT_TRUE(card().remove(s.flow).is_ok());
  rules({}, Action::kDrop);
  expect_dropped(Port::kInside, s.connection.packet(Direction::kFromInside).build(),
                 DropReason::kRule, "opener");
  expect_dropped(Port::kOutside, s.connection.packet(Direction::kFromOutside).build(),
                 DropReason::kRule, "other end");
}

TEST_P(SpliceConformanceTest, StopEndsSplicesWithAnEvent) {
  Spliced s(card(), {});
  card().stop();
  Collector sink;
  while (card().poll(sink, 16) != 0) {
  }
  ASSERT_EQ(sink.events.size(), 1U);
  EXPECT_EQ(sink.events[0].reason, CloseReason::kZeroized);
  ASSERT_TRUE(card().start().is_ok());
}

}  // namespace
}  // namespace vitrine::card::test
