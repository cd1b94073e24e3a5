// The host's side: install and remove, limits, injection, events, time.
#include <algorithm>
#include <set>

#include <poll.h>

#include "tests/card/conformance.h"

namespace vitrine::card::test {
namespace {

PacketBuilder packet_of(uint16_t port) { return PacketBuilder().from("192.0.2.1", port); }

bool readable(int fd) {
  pollfd p{fd, POLLIN, 0};
  return ::poll(&p, 1, 0) == 1;
}

TEST_P(ConformanceTest, ASecondEntryForEitherDirectionIsRefused) {
  const FlowKey key = PacketBuilder().key(Port::kInside);
  install(key, Action::kForward);
  for (const FlowKey& again : {key, key.reversed()}) {
    FlowSpec spec;
    spec.key = again;
    spec.action = Action::kDrop;
    EXPECT_EQ(card().install(spec).status().code(), Code::kAlreadyExists);
  }
  EXPECT_EQ(card().counters().flows, 1U);
  expect_forwarded(Port::kInside, PacketBuilder().build(), "the first entry still acts");
}

TEST_P(ConformanceTest, EntriesThatCannotBeAreRefused) {
  FlowSpec spec;
  spec.key = PacketBuilder().key(Port::kInside);
  spec.action = Action::kSplice;
  EXPECT_EQ(card().install(spec).status().code(), Code::kInvalidArgument) << "no splice";
  spec.action = Action::kForward;
  spec.splice.emplace();
  EXPECT_EQ(card().install(spec).status().code(), Code::kInvalidArgument) << "needless splice";
  spec.action = Action::kSplice;
  EXPECT_EQ(card().install(spec).status().code(), Code::kInvalidArgument) << "splice without keys";
  spec.splice.reset();
  spec.action = Action::kForward;
  spec.key.ingress = Port::kHost;
  EXPECT_EQ(card().install(spec).status().code(), Code::kInvalidArgument) << "host port";
  spec.key = PacketBuilder().key(Port::kInside);
  spec.key.source = IpAddress::parse("::1").value();
  EXPECT_EQ(card().install(spec).status().code(), Code::kInvalidArgument) << "mixed families";
  EXPECT_EQ(card().counters().flows, 0U);
}

TEST_P(ConformanceTest, AFullTableRefusesAndLeavesNoHalfOfAnEntry) {
  BenchOptions options;
  options.max_flows = 64;
  make(options);
  rules({}, Action::kDrop);
  for (uint16_t i = 0; i < 64; ++i) {
    install(packet_of(static_cast<uint16_t>(1000 + i)).key(Port::kInside), Action::kForward);
  }
  FlowSpec spec;
  spec.key = packet_of(5000).key(Port::kInside);
  EXPECT_EQ(card().install(spec).status().code(), Code::kExhausted);
  EXPECT_EQ(card().counters().flow_table_full, 1U);
  expect_dropped(Port::kInside, packet_of(5000).build(), DropReason::kRule, "not installed");
  expect_dropped(Port::kOutside, packet_of(5000).reply().build(), DropReason::kRule,
                 "nor the other direction");
  for (uint16_t i = 0; i < 64; ++i) {
    expect_forwarded(Port::kOutside, packet_of(static_cast<uint16_t>(1000 + i)).reply().build(),
                     "all others act");
  }
  EXPECT_TRUE(card().remove(card().flows().front()).is_ok());
  EXPECT_TRUE(card().install(spec).is_ok()) << "room again";
}

TEST_P(ConformanceTest, FlowIdsAreNeverUsedTwice) {
  std::set<FlowId> ids;
  for (int i = 0; i < 100; ++i) {
    const FlowId id = install(PacketBuilder().key(Port::kInside), Action::kForward);
    EXPECT_TRUE(ids.insert(id).second);
    EXPECT_NE(id, 0U);
    EXPECT_TRUE(card().remove(id).is_ok());
    EXPECT_EQ(card().remove(id).status().code(), Code::kNotFound);
    EXPECT_EQ(card().flow_stats(id).status().code(), Code::kNotFound);
  }
}

TEST_P(ConformanceTest, StatsCountBothDirections) {
  const FlowId flow = install(PacketBuilder().key(Port::kInside), Action::kForward);
  const auto data = PacketBuilder().sequence(100).ack(7).payload_of(10);
  put(Port::kInside, data);
  put(Port::kInside, data);
  put(Port::kOutside, data.reply().ack(110));
  settle();
  const auto stats = card().flow_stats(flow);
  ASSERT_TRUE(stats.is_ok());
  const auto& from_inside = stats->directions[0];
  EXPECT_EQ(from_inside.packets, 2U);
  EXPECT_EQ(from_inside.bytes, 2 * data.build().size());
  EXPECT_EQ(from_inside.payload_bytes, 20U);
  EXPECT_EQ(from_inside.next_sequence, 110U);
  EXPECT_EQ(from_inside.last_acknowledgement, 7U);
  EXPECT_EQ(stats->directions[1].packets, 1U);
  EXPECT_EQ(stats->directions[1].last_acknowledgement, 110U);
  const auto last = card().remove(flow);
  ASSERT_TRUE(last.is_ok());
  EXPECT_EQ(last->directions[0].packets, 2U);
}

TEST_P(ConformanceTest, InjectedForEgressGoesOutAsItIs) {
  rules({}, Action::kDrop);
  const auto packet = PacketBuilder().payload("from the host");
  ASSERT_TRUE(inject(InjectAs::kEgress, Port::kOutside, packet.build()).is_ok());
  ASSERT_TRUE(inject(InjectAs::kEgress, Port::kInside, packet.reply().build()).is_ok());
  const auto outside = out(Port::kOutside);
  const auto inside = out(Port::kInside);
  ASSERT_EQ(outside.size(), 1U);
  ASSERT_EQ(inside.size(), 1U);
  EXPECT_EQ(outside[0].bytes, packet.build());
  EXPECT_EQ(inside[0].bytes, packet.reply().build());
  const Counters counters = card().counters();
  EXPECT_EQ(counters.injected_egress, 2U);
  EXPECT_EQ(counters.total_in(), 0U);
}

TEST_P(ConformanceTest, InjectedAsReceivedMeetsFlowsAndRules) {
  rules({}, Action::kDrop);
  const auto packet = PacketBuilder().payload("held by the host");
  ASSERT_TRUE(inject(InjectAs::kReceived, Port::kInside, packet.build()).is_ok());
  EXPECT_EQ(dropped(DropReason::kRule), 1U);
  install(packet.key(Port::kInside), Action::kForward);
  ASSERT_TRUE(inject(InjectAs::kReceived, Port::kInside, packet.build()).is_ok());
  const auto frames = out(Port::kOutside);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].bytes, packet.build());
  EXPECT_EQ(card().counters().injected, 2U);
  EXPECT_EQ(card().counters().received[0], 0U);
}

TEST_P(ConformanceTest, InjectedFramesGoInOrder) {
  for (uint32_t i = 0; i < 500; ++i) {
    ASSERT_TRUE(inject(i % 2 == 0 ? InjectAs::kEgress : InjectAs::kReceived,
                       i % 2 == 0 ? Port::kOutside : Port::kInside,
                       PacketBuilder().sequence(i).build())
                    .is_ok());
  }
  const auto frames = out(Port::kOutside);
  ASSERT_EQ(frames.size(), 500U);
  for (uint32_t i = 0; i < 500; ++i) {
    EXPECT_EQ(load_be32(&frames[i].bytes[38]), i);
  }
}

TEST_P(ConformanceTest, InjectedCoalescedFramesLeaveWithTheirSegmentSize) {
  const auto packet = PacketBuilder().payload_of(8000);
  ASSERT_TRUE(inject(InjectAs::kEgress, Port::kOutside, packet.build(), 1000).is_ok());
  const auto frames = out(Port::kOutside);
  ASSERT_EQ(frames.size(), bench().coalesces() ? 1U : 8U);
  if (bench().coalesces()) {
    EXPECT_EQ(frames[0].bytes, packet.build());
    EXPECT_EQ(frames[0].segment_size, 1000);
  }
  for (const auto& frame : frames) {
    EXPECT_TRUE(vitrine::test::checksums_are_right(frame.bytes));
  }
}

TEST_P(ConformanceTest, InjectionWithoutWirePortOrFrameIsRefused) {
  EXPECT_EQ(inject(InjectAs::kEgress, Port::kHost, PacketBuilder().build()).code(),
            Code::kInvalidArgument);
  EXPECT_EQ(inject(InjectAs::kEgress, Port::kInside, {}).code(), Code::kInvalidArgument);
}

TEST_P(ConformanceTest, ReadyFdIsReadableExactlyWhileThereIsSomething) {
  rules({}, Action::kPunt);
  reports();
  EXPECT_FALSE(readable(card().ready_fd()));
  for (int i = 0; i < 10; ++i) {
    put(Port::kInside, PacketBuilder());
  }
  settle();
  Collector sink;
  EXPECT_TRUE(readable(card().ready_fd()));
  EXPECT_EQ(card().poll(sink, 4), 4U);
  EXPECT_TRUE(readable(card().ready_fd())) << "six are left";
  EXPECT_EQ(card().poll(sink, 100), 6U);
  EXPECT_EQ(card().poll(sink, 100), 0U);
  EXPECT_FALSE(readable(card().ready_fd()));
  put(Port::kInside, PacketBuilder());
  settle();
  EXPECT_TRUE(readable(card().ready_fd()));
}

TEST_P(ConformanceTest, AFloodOfPuntsIsDroppedAndCountedWithoutCostingEvents) {
  BenchOptions options;
  options.host_ring_bytes = 256U << 10;
  make(options);
  const FlowId flow = install(packet_of(7).key(Port::kInside), Action::kForward);
  rules({}, Action::kPunt);
  for (int i = 0; i < 1000; ++i) {
    put(Port::kInside, PacketBuilder().payload_of(1400));
  }
  EXPECT_GT(dropped(DropReason::kPuntFull), 0U);
  put(Port::kInside, packet_of(7).flags(0x04).sequence(5));
  ASSERT_EQ(reports().events.size(), 1U);
  EXPECT_EQ(reports().events[0].flow, flow);
  EXPECT_EQ(reports().punts.size(), punted(PuntReason::kRule));
  EXPECT_EQ(card().counters().events_lost, 0U);
  EXPECT_EQ(out(Port::kOutside).size(), 1U) << "the reset";
  expect_punted(Port::kInside, PacketBuilder().build(), PuntReason::kRule, "room again");
}

TEST_P(ConformanceTest, BothFinsAcknowledgedCloseAFlowThatThenLingers) {
  rules({}, Action::kDrop);
  const auto a = PacketBuilder().sequence(100).ack(500);
  const FlowId flow = install(a.key(Port::kInside), Action::kForward);
  expect_forwarded(Port::kInside, PacketBuilder(a).fin().build(), "first FIN");
  expect_forwarded(Port::kOutside, a.reply().sequence(500).ack(101).fin().build(), "second FIN");
  EXPECT_TRUE(reports().events.empty()) << "the second FIN is not acknowledged";
  expect_forwarded(Port::kInside, PacketBuilder(a).sequence(101).ack(501).build(), "last ACK");
  ASSERT_EQ(reports().events.size(), 1U);
  const FlowEvent event = reports().events[0];
  EXPECT_EQ(event.type, FlowEvent::Type::kClosed);
  EXPECT_EQ(event.flow, flow);
  EXPECT_EQ(event.reason, CloseReason::kFin);
  EXPECT_EQ(event.key, a.key(Port::kInside));
  EXPECT_EQ(event.stats.directions[0].packets, 2U);
  EXPECT_EQ(event.stats.directions[1].packets, 1U);
  expect_forwarded(Port::kOutside, a.reply().sequence(500).ack(101).fin().build(),
                   "a retransmitted FIN finds the lingering entry");
  bench().advance_ms(1500);
  wait_flows(0);
  expect_dropped(Port::kInside, a.build(), DropReason::kRule, "the entry is gone");
  EXPECT_EQ(reports().events.size(), 1U) << "one closed event a flow";
}

TEST_P(ConformanceTest, AResetClosesOnlyWhereItsReceiverAcceptsIt) {
  const auto a = PacketBuilder().sequence(100).ack(500);
  install(a.key(Port::kInside), Action::kForward);
  put(Port::kInside, a);
  put(Port::kOutside, a.reply().sequence(500).ack(100));
  put(Port::kInside, PacketBuilder(a).flags(0x04).sequence(90000));
  EXPECT_TRUE(reports().events.empty()) << "a blind reset is not believed";
  put(Port::kInside, PacketBuilder(a).flags(0x04).sequence(100));
  ASSERT_EQ(reports().events.size(), 1U);
  EXPECT_EQ(reports().events[0].reason, CloseReason::kReset);
  EXPECT_EQ(out(Port::kOutside).size(), 3U) << "all of them pass";
}

TEST_P(ConformanceTest, ASynOnAClosedFlowMeetsTheRulesAsANewConnection) {
  rules({}, Action::kPunt);
  const auto a = PacketBuilder().sequence(100).ack(500);
  install(a.key(Port::kInside), Action::kForward);
  put(Port::kInside, PacketBuilder(a).flags(0x04).sequence(100));
  ASSERT_EQ(reports().events.size(), 1U);
  out(Port::kOutside);
  expect_punted(Port::kInside, PacketBuilder(a).syn(9).build(), PuntReason::kRule, "ports reused");
  EXPECT_EQ(card().counters().flows, 0U);
}

TEST_P(ConformanceTest, AnIdleFlowIsClosedAndGoes) {
  install(PacketBuilder().key(Port::kInside), Action::kForward, 10'000);
  bench().advance_ms(6'000);
  expect_forwarded(Port::kInside, PacketBuilder().build(), "keeps it alive");
  bench().advance_ms(6'000);
  settle();
  EXPECT_TRUE(reports().events.empty());
  EXPECT_EQ(card().counters().flows, 1U);
  bench().advance_ms(6'000);
  wait_events(1);
  EXPECT_EQ(reports().events[0].reason, CloseReason::kIdle);
  bench().advance_ms(2'000);
  wait_flows(0);
}

TEST_P(ConformanceTest, RemovalByTheHostGivesNoEvent) {
  const FlowId flow = install(PacketBuilder().key(Port::kInside), Action::kForward);
  EXPECT_TRUE(card().remove(flow).is_ok());
  put(Port::kInside, PacketBuilder());
  EXPECT_TRUE(reports().events.empty());
}

TEST_P(ConformanceTest, NoClosedEventIsLostWhereTheHostIsLate) {
  const auto flows = static_cast<uint16_t>(std::min<uint32_t>(2000, GetParam().max_flows));
  BenchOptions options;
  options.max_flows = flows;
  options.host_ring_bytes = 256U << 10;  // holds fewer events than that
  make(options);
  for (uint16_t i = 0; i < flows; ++i) {
    install(packet_of(static_cast<uint16_t>(1 + i)).key(Port::kInside), Action::kForward, 5000);
  }
  bench().advance_ms(6000);
  std::set<FlowId> closed;
  wait_events_in_time(flows);
  for (const FlowEvent& event : reports().events) {
    EXPECT_TRUE(closed.insert(event.flow).second) << "told twice";
  }
  bench().advance_ms(2000);
  wait_flows(0);
  EXPECT_EQ(card().counters().events_lost, 0U);
  EXPECT_EQ(reports().events.size(), flows);
}

TEST_P(ConformanceTest, WithoutAHeartbeatTheCardFailsClosedUntilItHearsAgain) {
  BenchOptions options;
  options.heartbeat_timeout_ms = 3000;
  make(options);
  bench().advance_ms(2000);
  expect_forwarded(Port::kInside, PacketBuilder().build(), "in time");
  card().heartbeat();
  bench().advance_ms(2000);
  expect_forwarded(Port::kInside, PacketBuilder().build(), "in time again");
  bench().advance_ms(2000);
  expect_dropped(Port::kInside, PacketBuilder().build(), DropReason::kNotReady, "host lost");
  card().heartbeat();
  expect_forwarded(Port::kInside, PacketBuilder().build(), "host found");
}

TEST_P(ConformanceTest, InfoNamesTheCard) {
  const CardInfo info = card().info();
  EXPECT_FALSE(info.kind.empty());
  EXPECT_FALSE(info.detail.empty());
  EXPECT_EQ(info.max_flows, 256U);
}

}  // namespace
}  // namespace vitrine::card::test
