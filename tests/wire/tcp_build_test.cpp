#include "host/wire/tcp_build.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/packet_builder.h"

namespace vitrine::wire {
namespace {

using test::PacketBuilder;

PacketBuilder packet_of(bool v6) {
  return v6 ? PacketBuilder().from("2001:db8::1", 40000).to("2001:db8::2", 443).vlan(9)
            : PacketBuilder();
}

TcpPacket parsed(Bytes frame) {
  auto packet = parse_frame(frame, card::Port::kInside);
  EXPECT_TRUE(packet) << packet.status().to_string();
  EXPECT_TRUE(checksums_are_right(*packet));
  return *packet;
}

TEST(TcpBuildTest, BuiltSegmentSaysWhatWasAsked) {
  for (const bool v6 : {false, true}) {
    const auto model = packet_of(v6).build();
    const TcpPacket like = parsed(model);
    Segment segment;
    segment.source = {like.key.source, like.key.source_port};
    segment.destination = {like.key.destination, like.key.destination_port};
    segment.sequence = 0xfffffffe;
    segment.acknowledgement = 42;
    segment.flags = kAck | kPsh;
    segment.window = 512;
    segment.timestamps = TcpTimestamps{7, 8};
    segment.payload = as_bytes("abc");
    const auto frame = build_frame(LinkTemplate(like.link()), segment);
    const TcpPacket packet = parsed(frame);
    EXPECT_EQ(packet.key, like.key);
    EXPECT_TRUE(std::ranges::equal(packet.link(), like.link()));
    EXPECT_EQ(packet.sequence, 0xfffffffeU);
    EXPECT_EQ(packet.acknowledgement, 42U);
    EXPECT_EQ(packet.flags, kAck | kPsh);
    EXPECT_EQ(packet.window, 512);
    EXPECT_EQ(packet.options.timestamps, (TcpTimestamps{7, 8}));
    EXPECT_EQ(as_text(packet.payload), "abc");
    EXPECT_EQ(packet.end(), 1U);  // around the wrap
    segment.timestamps.reset();
    segment.payload = {};
    const auto bare = build_frame(LinkTemplate(like.link()), segment);
    EXPECT_EQ(bare.size(), like.link().size() + (v6 ? 60U : 40U));
    EXPECT_TRUE(checksums_are_right(parsed(bare)));
  }
}

TEST(TcpBuildTest, PiecesOfEveryCutCoverTheSegment) {
  const std::string text = "0123456789a";
  for (const bool v6 : {false, true}) {
    const auto frame =
        packet_of(v6).sequence(1000).ack(5).psh().fin().timestamps(1, 2).payload(text).build();
    const TcpPacket whole = parsed(frame);
    for (size_t at = 0; at <= text.size(); ++at) {
      const auto first_frame = cut_frame(whole, 0, at);
      const auto second_frame = cut_frame(whole, at, text.size());
      const TcpPacket first = parsed(first_frame);
      const TcpPacket second = parsed(second_frame);
      EXPECT_EQ(std::string(as_text(first.payload)) + std::string(as_text(second.payload)), text);
      EXPECT_EQ(first.sequence, 1000U);
      EXPECT_EQ(second.sequence, 1000U + at);
      EXPECT_EQ(first.has(kFin), at == text.size());
      EXPECT_TRUE(second.has(kFin));
      EXPECT_EQ(second.acknowledgement, 5U);
      EXPECT_EQ(first.options.timestamps, whole.options.timestamps);
      EXPECT_EQ(first.key, whole.key);
    }
    const auto without = cut_frame(whole, 0, text.size(), false);
    EXPECT_FALSE(parsed(without).has(kFin));
  }
}

TEST(TcpBuildTest, AckOnlyKeepsNothingButTheAcknowledgement) {
  for (const bool v6 : {false, true}) {
    const auto frame = packet_of(v6).sequence(1000).ack(5).fin().urg().payload("data").build();
    const auto bare = ack_only(parsed(frame), 900);
    const TcpPacket packet = parsed(bare);
    EXPECT_EQ(packet.flags, kAck);
    EXPECT_EQ(packet.sequence, 900U);
    EXPECT_EQ(packet.acknowledgement, 5U);
    EXPECT_TRUE(packet.payload.empty());
  }
}

TEST(TcpBuildTest, SynLosesOnlyWhatCannotBeSpliced) {
  const std::vector<uint8_t> multipath = {30, 4, 0, 1};
  const std::vector<uint8_t> fast_open = {34, 4, 9, 9};
  for (const bool v6 : {false, true}) {
    const auto frame = packet_of(v6)
                           .syn(7)
                           .mss(1400)
                           .tcp_option(multipath)
                           .sack_permitted()
                           .tcp_option(fast_open)
                           .window_scale(5)
                           .payload("early")
                           .build();
    const auto cleaned = clean_syn(parsed(frame));
    ASSERT_TRUE(cleaned);
    const TcpPacket packet = parsed(*cleaned);
    EXPECT_FALSE(packet.options.multipath);
    EXPECT_FALSE(packet.options.fast_open);
    EXPECT_EQ(packet.options.mss, 1400);
    EXPECT_TRUE(packet.options.sack_permitted);
    EXPECT_EQ(packet.options.window_scale, 5);
    EXPECT_TRUE(packet.payload.empty());
    const auto plain = packet_of(v6).syn(7).mss(1400).build();
    EXPECT_FALSE(clean_syn(parsed(plain)));
  }
}

TEST(TcpBuildTest, RefreshMovesAcknowledgementAndForgetsSack) {
  for (const bool v6 : {false, true}) {
    const auto frame = packet_of(v6)
                           .sequence(1000)
                           .ack(5)
                           .window(1)
                           .timestamps(30, 40)
                           .sack({{100, 200}})
                           .fin()
                           .payload("0123456789")
                           .build();
    const auto fresh = refresh_frame(parsed(frame), {77, 88, 99, 3, 10});
    const TcpPacket packet = parsed(fresh);
    EXPECT_EQ(packet.acknowledgement, 77U);
    EXPECT_EQ(packet.window, 88);
    EXPECT_EQ(packet.options.timestamps, (TcpTimestamps{30, 99}));
    EXPECT_EQ(packet.options.sack_blocks, 0);
    EXPECT_EQ(packet.sequence, 1003U);
    EXPECT_EQ(as_text(packet.payload), "3456789");
    EXPECT_TRUE(packet.has(kFin));
    const auto cut = refresh_frame(parsed(frame), {77, 88, 99, 0, 4});
    EXPECT_FALSE(parsed(cut).has(kFin));
  }
}

}  // namespace
}  // namespace vitrine::wire
