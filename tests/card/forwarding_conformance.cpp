// Rules and flow entries: what passes, what does not, and that a frame leaves as it came.
#include "tests/card/conformance.h"

namespace vitrine::card::test {
namespace {

PacketBuilder v4() { return PacketBuilder().payload("hello"); }
PacketBuilder v6() {
  return PacketBuilder().from("2001:db8::1", 40000).to("2001:db8:1::7", 443).payload("hello");
}

Rule rule_for_port(uint16_t port, Action action) {
  Rule rule;
  rule.protocol = 6;
  rule.destination_port = {port, 0xffff};
  rule.action = action;
  return rule;
}

struct Sample {
  const char* what;
  PacketBuilder packet;
};

std::vector<Sample> samples() {
  return {
      {"IPv4 TCP", v4()},
      {"IPv6 TCP", v6()},
      {"IPv4 TCP with IP options", v4().ip_options(12)},
      {"IPv4 UDP", v4().udp()},
      {"IPv6 UDP", v6().udp()},
      {"IPv4 ICMP", v4().protocol(1)},
      {"IPv6 ICMP", v6().protocol(58)},
      {"IPv4 ESP", v4().protocol(50)},
      {"one VLAN tag", v4().vlan(100, 5)},
      {"two VLAN tags", v6().vlan(100).vlan(4094, 3)},
      {"priority tag", v4().vlan(0, 7)},
      {"TCP options", v4().syn(7).mss(1460).sack_permitted().timestamps(1, 0).window_scale(7)},
      {"reset", v4().flags(0).rst()},
      {"every flag", v4().flags(0x3f)},
      {"no payload", PacketBuilder()},
      {"MTU", PacketBuilder().payload_of(1460)},
  };
}

TEST_P(ConformanceTest, FramesPassUnchangedBothWays) {
  for (const auto& [what, packet] : samples()) {
    expect_forwarded(Port::kInside, packet.build(), what);
    expect_forwarded(Port::kOutside, packet.build(), what);
  }
  expect_forwarded(Port::kInside, vitrine::test::arp_request(), "ARP");
}

TEST_P(ConformanceTest, EthernetPaddingIsKeptWhereNothingIsEdited) {
  auto frame = PacketBuilder().build();
  frame.resize(60, 0);
  expect_forwarded(Port::kInside, frame, "padded to the minimum");
}

TEST_P(ConformanceTest, ATransportChecksumIsNotJudgedWhereNothingIsEdited) {
  expect_forwarded(Port::kInside, v4().bad_checksum().build(), "wrong checksum");
}

TEST_P(ConformanceTest, OtherwiseDecidesWhereNoRuleMatches) {
  rules({rule_for_port(80, Action::kForward)}, Action::kDrop);
  for (const auto& [what, packet] : samples()) {
    expect_dropped(Port::kInside, packet.build(), DropReason::kRule, what);
  }
  expect_dropped(Port::kInside, vitrine::test::arp_request(), DropReason::kRule, "ARP");
  rules({rule_for_port(80, Action::kForward)}, Action::kPunt);
  for (const auto& [what, packet] : samples()) {
    expect_punted(Port::kOutside, packet.build(), PuntReason::kRule, what);
  }
}

TEST_P(ConformanceTest, FirstRuleThatMatchesWins) {
  Rule net;
  net.destination = IpNetwork::parse("198.51.100.0/24").value();
  net.action = Action::kForward;
  rules({net, rule_for_port(443, Action::kPunt)}, Action::kDrop);
  expect_forwarded(Port::kInside, v4().build(), "the network's rule stands above");
  rules({rule_for_port(443, Action::kPunt), net}, Action::kDrop);
  expect_punted(Port::kInside, v4().build(), PuntReason::kRule, "the port's rule stands above");
}

struct FieldCase {
  const char* what;
  Rule rule;
  PacketBuilder hit;
  PacketBuilder miss;
  Port miss_port = Port::kInside;
};

std::vector<FieldCase> field_cases() {
  std::vector<FieldCase> cases;
  Rule r;
  r.ingress = Port::kInside;
  cases.push_back({"ingress", r, v4(), v4(), Port::kOutside});
  r = {};
  r.vlan = VlanTags{7, VlanTags::kNone};
  cases.push_back({"VLAN", r, v4().vlan(7, 3), v4().vlan(7).vlan(8)});
  r = {};
  r.vlan = VlanTags{};
  cases.push_back({"no VLAN", r, v4(), v4().vlan(7)});
  r = {};
  r.ip_version = 6;
  cases.push_back({"IP version", r, v6(), v4()});
  r = {};
  r.protocol = 17;
  cases.push_back({"protocol", r, v4().udp(), v4()});
  r = {};
  r.source = IpNetwork::parse("192.0.2.1").value();
  cases.push_back({"source host", r, v4(), v4().from("192.0.2.2", 40000)});
  r = {};
  r.source = IpNetwork::parse("192.0.2.0/31").value();
  cases.push_back({"odd prefix", r, v4(), v4().from("192.0.2.2", 40000)});
  r = {};
  r.destination = IpNetwork::parse("2001:db8:1::/65").value();
  cases.push_back({"IPv6 prefix past 64", r, v6(), v6().to("2001:db8:1:0:8000::1", 443)});
  r = {};
  r.destination = IpNetwork::parse("0.0.0.0/0").value();
  cases.push_back({"all of IPv4 is not IPv6", r, v4(), v6()});
  r = {};
  r.source_port = {40000, 0xffff};
  cases.push_back({"source port", r, v4(), v4().from("192.0.2.1", 40001)});
  r = {};
  r.destination_port = {0x0100, 0xff00};  // 256..511
  cases.push_back({"port range by mask", r, v4(), v4().to("198.51.100.7", 512)});
  return cases;
}

TEST_P(ConformanceTest, EveryRuleFieldSelects) {
  for (auto& c : field_cases()) {
    c.rule.action = Action::kPunt;
    rules({c.rule}, Action::kForward);
    expect_punted(Port::kInside, c.hit.build(), PuntReason::kRule, c.what);
    expect_forwarded(c.miss_port, c.miss.build(), c.what);
  }
}

TEST_P(ConformanceTest, AGenerationIsSwappedWhole) {
  rules({rule_for_port(443, Action::kPunt)}, Action::kForward);
  expect_punted(Port::kInside, v4().build(), PuntReason::kRule, "first generation");
  rules({}, Action::kForward);
  expect_forwarded(Port::kInside, v4().build(), "second generation");
}

TEST_P(ConformanceTest, AGenerationThatCannotBeIsRefusedAndTheOldOneStays) {
  rules({rule_for_port(443, Action::kDrop)}, Action::kForward);
  RuleGeneration bad;
  bad.rules = {rule_for_port(443, Action::kSplice)};
  EXPECT_EQ(card().load_rules(bad).code(), Code::kInvalidArgument);
  bad.rules = {};
  bad.otherwise = Action::kSplice;
  EXPECT_EQ(card().load_rules(bad).code(), Code::kInvalidArgument);
  expect_dropped(Port::kInside, v4().build(), DropReason::kRule, "old generation");
}

PacketBuilder other_port(PacketBuilder packet) {
  Endpoint source{packet.key(Port::kInside).source, 1};
  return packet.from(source);
}

TEST_P(ConformanceTest, FlowEntryBeatsRulesInBothDirections) {
  rules({}, Action::kDrop);
  for (const auto& packet : {v4(), v6(), v4().vlan(9), v6().vlan(9).vlan(10), v4().udp()}) {
    const FlowId flow = install(packet.key(Port::kInside), Action::kForward);
    expect_forwarded(Port::kInside, packet.build(), "opener's direction");
    auto reply = packet.reply();
    expect_forwarded(Port::kOutside, reply.build(), "reply");
    expect_dropped(Port::kOutside, packet.build(), DropReason::kRule, "from the wrong wire");
    expect_dropped(Port::kInside, other_port(packet).build(), DropReason::kRule,
                   "other connection");
    EXPECT_TRUE(card().remove(flow).is_ok());
    expect_dropped(Port::kInside, packet.build(), DropReason::kRule, "after removal");
    expect_dropped(Port::kOutside, reply.build(), DropReason::kRule, "reply after removal");
  }
}

TEST_P(ConformanceTest, VlanPriorityDoesNotSelectAFlow) {
  rules({}, Action::kDrop);
  install(v4().vlan(5).key(Port::kInside), Action::kForward);
  expect_forwarded(Port::kInside, v4().vlan(5, 6).build(), "same VLAN, other priority");
  expect_dropped(Port::kInside, v4().vlan(6).build(), DropReason::kRule, "other VLAN");
  expect_dropped(Port::kInside, v4().build(), DropReason::kRule, "no VLAN");
}

TEST_P(ConformanceTest, DropAndPuntEntriesActOnBothDirections) {
  const FlowId drop_flow = install(v4().key(Port::kInside), Action::kDrop);
  expect_dropped(Port::kInside, v4().build(), DropReason::kRule, "drop entry");
  expect_dropped(Port::kOutside, v4().reply().build(), DropReason::kRule, "drop entry, reply");
  EXPECT_TRUE(card().remove(drop_flow).is_ok());
  const FlowId punt_flow = install(v4().key(Port::kInside), Action::kPunt);
  expect_punted(Port::kInside, v4().build(), PuntReason::kFlow, "punt entry");
  EXPECT_EQ(reports().punts.back().flow, punt_flow);
  expect_punted(Port::kOutside, v4().reply().build(), PuntReason::kFlow, "punt entry, reply");
}

TEST_P(ConformanceTest, CoalescedFramesKeepTheirSegmentSize) {
  const auto packet = v4().payload_of(30000).psh();
  put(Port::kInside, packet.build(), 1448);
  const auto frames = out(Port::kOutside);
  if (!bench().coalesces()) {
    EXPECT_EQ(frames.size(), (30000U + 1447) / 1448);
    size_t payload = 0;
    for (const auto& frame : frames) {
      EXPECT_TRUE(vitrine::test::checksums_are_right(frame.bytes));
      payload += frame.bytes.size() - 54;
    }
    EXPECT_EQ(payload, 30000U);
    return;
  }
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].segment_size, 1448);
  EXPECT_EQ(frames[0].bytes, packet.build());
}

TEST_P(CoalescingConformanceTest, PuntedCoalescedFramesHaveCompleteChecksums) {
  rules({}, Action::kPunt);
  const auto packet = v6().payload_of(20000);
  put(Port::kOutside, packet.build(), 1428);
  ASSERT_EQ(reports().punts.size(), 1U);
  EXPECT_EQ(reports().punts[0].segment_size, 1428);
  EXPECT_EQ(reports().punts[0].frame, packet.build());
}

TEST_P(ConformanceTest, FramesOfAWireKeepTheirOrder) {
  for (uint32_t i = 0; i < 1000; ++i) {
    put(Port::kInside, v4().sequence(i));
  }
  const auto frames = out(Port::kOutside);
  ASSERT_EQ(frames.size(), 1000U);
  for (uint32_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(load_be32(&frames[i].bytes[14 + 20 + 4]), i);
  }
}

TEST_P(ConformanceTest, NothingPassesBeforeStartOrAfterStop) {
  card().stop();
  put(Port::kInside, v4());
  EXPECT_TRUE(bench().take(Port::kOutside).empty());
  ASSERT_TRUE(card().start().is_ok());
  settle();
  EXPECT_TRUE(bench().take(Port::kOutside).empty());
  EXPECT_EQ(dropped(DropReason::kNotReady), 1U);
  expect_forwarded(Port::kInside, v6().build(), "running again");
}

}  // namespace
}  // namespace vitrine::card::test
