#include "host/card/soft/frame_parser.h"

#include <gtest/gtest.h>

#include "host/card/soft/checksum.h"
#include "tests/support/packet_builder.h"

namespace vitrine::card::soft {
namespace {

using vitrine::test::PacketBuilder;
using Frame = std::vector<uint8_t>;

PacketBuilder v6() { return PacketBuilder().from("2001:db8::1", 1).to("2001:db8::2", 2); }

TEST(FrameParserTest, FindsWhereThingsAre) {
  const auto packet = PacketBuilder()
                          .vlan(5, 1)
                          .vlan(6)
                          .ip_options(8)
                          .sequence(0xfedcba98)
                          .ack(77)
                          .window(321)
                          .psh()
                          .timestamps(10, 20)
                          .sack({{1, 2}, {3, 4}})
                          .payload("0123456789");
  const Frame frame = packet.build();
  ParsedFrame parsed;
  ASSERT_EQ(parse_frame(frame, Port::kOutside, parsed), FrameKind::kTcp);
  EXPECT_EQ(parsed.key, packet.key(Port::kOutside));
  EXPECT_EQ(parsed.l3, 22);
  EXPECT_EQ(parsed.l4, 22 + 28);
  EXPECT_EQ(parsed.payload, frame.size() - 10);
  EXPECT_EQ(parsed.payload_length, 10U);
  EXPECT_EQ(parsed.sequence, 0xfedcba98U);
  EXPECT_EQ(parsed.acknowledgement, 77U);
  EXPECT_EQ(parsed.window, 321);
  EXPECT_EQ(parsed.tcp_flags, kAck | kPsh);
  EXPECT_EQ(load_be32(&frame[parsed.options.timestamp]), 10U);
  EXPECT_EQ(load_be32(&frame[parsed.options.sack]), 1U);
  EXPECT_EQ(parsed.options.sack_blocks, 2);
}

TEST(FrameParserTest, PayloadEndsWithTheIpPacketNotWithTheFrame) {
  Frame frame = v6().payload("abc").build();
  frame.resize(frame.size() + 20, 0);
  ParsedFrame parsed;
  ASSERT_EQ(parse_frame(frame, Port::kInside, parsed), FrameKind::kTcp);
  EXPECT_EQ(parsed.payload_length, 3U);
}

TEST(FrameParserTest, EveryPrefixOfAFrameIsSafe) {
  for (const auto& packet :
       {PacketBuilder().vlan(1).timestamps(1, 2).payload("x"), v6().vlan(1).vlan(2).payload("x"),
        PacketBuilder().udp().payload("x"), v6().fragment(0, true), v6().extension_header(0)}) {
    const Frame frame = packet.build();
    for (size_t length = 0; length < frame.size(); ++length) {
      const Frame prefix(frame.begin(), frame.begin() + static_cast<ptrdiff_t>(length));
      ParsedFrame parsed;
      const FrameKind kind = parse_frame(prefix, Port::kInside, parsed);
      EXPECT_TRUE(kind == FrameKind::kMalformed) << length << " of " << frame.size();
    }
  }
}

TEST(ChecksumTest, AgreesWithTheBuildersOwnArithmetic) {
  for (const size_t length : {0U, 1U, 2U, 3U, 5U, 99U, 1460U, 60001U}) {
    for (auto packet : {PacketBuilder(), v6(), PacketBuilder().udp(), v6().udp().vlan(3)}) {
      const Frame right = packet.payload_of(length, 0xff).build();
      Frame frame = right;
      ParsedFrame parsed;
      ASSERT_NE(parse_frame(frame, Port::kInside, parsed), FrameKind::kMalformed);
      EXPECT_TRUE(ip_checksum_is_right(frame, parsed));
      EXPECT_TRUE(transport_checksum_is_right(frame, parsed));
      WireFrame wire;
      wire.bytes = frame;
      leave_checksum_to_port(wire, parsed);
      EXPECT_EQ(frame, packet.partial_checksum().build());
      complete_checksum(wire);
      EXPECT_EQ(frame, right);
      frame.back() ^= 1;
      EXPECT_FALSE(transport_checksum_is_right(frame, parsed));
    }
  }
}

TEST(ChecksumTest, IpHeaderChecksumIsRebuilt) {
  Frame frame = PacketBuilder().ip_options(4).build();
  const Frame right = frame;
  ParsedFrame parsed;
  ASSERT_EQ(parse_frame(frame, Port::kInside, parsed), FrameKind::kTcp);
  store_be16(&frame[parsed.l3 + 10U], 0x1111);
  EXPECT_FALSE(ip_checksum_is_right(frame, parsed));
  fix_ip_checksum(frame, parsed);
  EXPECT_EQ(frame, right);
}

TEST(ChecksumTest, AUdpSegmentWithoutChecksumIsRight) {
  Frame frame = PacketBuilder().udp().payload("x").build();
  ParsedFrame parsed;
  ASSERT_EQ(parse_frame(frame, Port::kInside, parsed), FrameKind::kOtherIp);
  store_be16(&frame[parsed.l4 + 6U], 0);
  EXPECT_TRUE(transport_checksum_is_right(frame, parsed));
}

}  // namespace
}  // namespace vitrine::card::soft
