// Frames that are broken, cut, exotic or random: each is accounted for, none does harm.
#include <random>

#include "tests/card/conformance.h"

namespace vitrine::card::test {
namespace {

using Frame = std::vector<uint8_t>;

constexpr size_t kIp = 14;    // untagged
constexpr size_t kTcp4 = 34;  // IPv4 without options
constexpr size_t kTcp6 = 54;

Frame v4() { return PacketBuilder().payload("hello").build(); }
Frame v6() {
  return PacketBuilder().from("2001:db8::1", 1).to("2001:db8::2", 2).payload("x").build();
}

Frame with(Frame frame, size_t at, uint8_t value) {
  frame[at] = value;
  return frame;
}

Frame cut(Frame frame, size_t length) {
  frame.resize(length);
  return frame;
}

struct Case {
  const char* what;
  Frame frame;
};

std::vector<Case> malformed() {
  const std::vector<uint8_t> endless_option{0x08, 0x00};
  const std::vector<uint8_t> long_option{0x05, 0x2a, 0, 0};
  return {
      {"one byte", {0x02}},
      {"no ethertype", cut(v4(), 13)},
      {"VLAN tag cut", cut(PacketBuilder().vlan(1).build(), 16)},
      {"no IP header", cut(v4(), 14)},
      {"IPv4 header cut", cut(v4(), kIp + 19)},
      {"IPv4 with version 5", with(v4(), kIp, 0x55)},
      {"IPv4 header length 16", with(v4(), kIp, 0x44)},
      {"IPv4 header length past the packet", with(v4(), kIp, 0x4f)},
      {"IPv4 total length past the frame", with(v4(), kIp + 2, 0x01)},
      {"IPv4 total length below the header", with(with(v4(), kIp + 2, 0), kIp + 3, 19)},
      {"IPv6 header cut", cut(v6(), kIp + 39)},
      {"IPv6 with version 4", with(v6(), kIp, 0x40)},
      {"IPv6 payload past the frame", with(v6(), kIp + 4, 0xff)},
      {"IPv6 fragment header cut", with(with(v6(), kIp + 6, 44), kIp + 5, 7)},
      {"TCP header cut", with(with(v4(), kIp + 2, 0), kIp + 3, 20 + 19)},
      {"TCP header length 16", with(v4(), kTcp4 + 12, 0x40)},
      {"TCP header length past the packet", with(v4(), kTcp4 + 12, 0xf0)},
      {"TCP header length past the packet, IPv6", with(v6(), kTcp6 + 12, 0xf0)},
      {"TCP option of length 0", PacketBuilder().tcp_option(endless_option).build()},
      {"TCP option past the header", PacketBuilder().tcp_option(long_option).build()},
      {"UDP header cut", with(with(PacketBuilder().udp().build(), kIp + 2, 0), kIp + 3, 27)},
      {"UDP length below 8", with(PacketBuilder().udp().build(), kTcp4 + 5, 7)},
      {"UDP length past the packet", with(PacketBuilder().udp().build(), kTcp4 + 5, 9)},
  };
}

TEST_P(ConformanceTest, MalformedFramesAreDroppedWhateverTheRulesSay) {
  for (const auto otherwise : {Action::kForward, Action::kPunt}) {
    rules({}, otherwise);
    for (const auto& [what, frame] : malformed()) {
      expect_dropped(Port::kInside, frame, DropReason::kMalformed, what);
    }
  }
}

TEST_P(ConformanceTest, ThreeVlanTagsAreNoIpPacket) {
  Rule ip;
  ip.ip_version = 4;
  ip.action = Action::kDrop;
  rules({ip}, Action::kForward);
  const auto frame = PacketBuilder().vlan(1).vlan(2).vlan(3).build();
  expect_forwarded(Port::kInside, frame, "three tags");
}

Rule tls_rule() {
  Rule rule;
  rule.protocol = 6;
  rule.destination_port = {443, 0xffff};
  rule.action = Action::kForward;
  return rule;
}

PacketBuilder v6_packet() { return PacketBuilder().from("2001:db8::1", 1).to("2001:db8::2", 443); }

TEST_P(ConformanceTest, AFragmentIsPuntedWhereARuleAsksForItsPorts) {
  rules({tls_rule()}, Action::kDrop);
  for (auto packet : {PacketBuilder().fragment(0, true), PacketBuilder().fragment(100, false),
                      v6_packet().fragment(0, true), v6_packet().fragment(8, true)}) {
    expect_punted(Port::kInside, packet.payload_of(64).build(), PuntReason::kFragment, "fragment");
  }
  expect_dropped(Port::kInside, PacketBuilder().udp().fragment(5, true).build(), DropReason::kRule,
                 "UDP fragment, which the TCP rule cannot concern");
}

TEST_P(ConformanceTest, AFragmentFollowsRulesThatDoNotAskForPorts) {
  Rule net;
  net.source = IpNetwork::parse("192.0.2.0/24").value();
  net.action = Action::kForward;
  rules({net, tls_rule()}, Action::kDrop);
  expect_forwarded(Port::kInside, PacketBuilder().fragment(10, true).payload_of(64).build(),
                   "forwarded by address");
  net.action = Action::kPunt;
  rules({net}, Action::kDrop);
  expect_punted(Port::kInside, PacketBuilder().fragment(10, true).build(), PuntReason::kFragment,
                "punted by address");
  rules({}, Action::kDrop);
  expect_dropped(Port::kInside, PacketBuilder().fragment(10, true).build(), DropReason::kRule,
                 "dropped");
}

TEST_P(ConformanceTest, AFragmentNeverFollowsAFlowEntry) {
  rules({}, Action::kDrop);
  install(PacketBuilder().key(Port::kInside), Action::kForward);
  expect_dropped(Port::kInside, PacketBuilder().fragment(0, true).payload_of(64).build(),
                 DropReason::kRule, "first fragment with the flow's ports");
}

TEST_P(ConformanceTest, AnExtensionHeaderIsPuntedWhereARuleAsksWhatIsBehindIt) {
  rules({tls_rule()}, Action::kForward);
  for (const uint8_t kind : std::initializer_list<uint8_t>{0, 43, 51, 60, 135}) {
    expect_punted(Port::kInside, v6_packet().extension_header(kind).build(),
                  PuntReason::kExtensionHeader, "extension header");
  }
  rules({}, Action::kForward);
  expect_forwarded(Port::kInside, v6_packet().extension_header(0).build(), "nobody asks");
  rules({}, Action::kDrop);
  install(v6_packet().key(Port::kInside), Action::kForward);
  expect_dropped(Port::kInside, v6_packet().extension_header(60).build(), DropReason::kRule,
                 "flow entries are not consulted");
}

TEST_P(ConformanceTest, RandomAndMutatedFramesAreAllAccountedFor) {
  std::mt19937_64 random(20240229);
  rules({tls_rule()}, Action::kPunt);
  install(PacketBuilder().key(Port::kInside), Action::kForward);
  const std::vector<Frame> seeds{v4(), v6(), PacketBuilder().vlan(3).vlan(4).udp().build(),
                                 PacketBuilder().timestamps(1, 2).sack({{5, 9}}).build()};
  for (int i = 0; i < 4000; ++i) {
    Frame frame;
    if (i % 4 == 0) {
      frame.resize(1 + random() % 200);
      for (auto& byte : frame) {
        byte = static_cast<uint8_t>(random());
      }
    } else {
      frame = seeds[random() % seeds.size()];
      for (int k = 0; k < 3; ++k) {
        frame[12 + random() % (frame.size() - 12)] = static_cast<uint8_t>(random());
      }
      frame.resize(1 + random() % frame.size());
    }
    put(i % 2 == 0 ? Port::kInside : Port::kOutside, frame);
    if (i % 500 == 0) {
      reports();
      bench().take(Port::kInside);
      bench().take(Port::kOutside);
    }
  }
  reports();
  EXPECT_GT(dropped(DropReason::kMalformed), 100U);
}

}  // namespace
}  // namespace vitrine::card::test
