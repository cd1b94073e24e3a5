#include "host/wire/tcp_packet.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/wire/tcp_option_list.h"
#include "tests/support/packet_builder.h"

namespace vitrine::wire {
namespace {

using test::PacketBuilder;

PacketBuilder v6_packet() {
  return PacketBuilder().from("2001:db8::1", 40000).to("2001:db8::2", 443);
}

std::vector<uint8_t> full_syn(PacketBuilder builder) {
  return builder.syn(77)
      .window(64240)
      .mss(1460)
      .sack_permitted()
      .timestamps(11, 22)
      .window_scale(7)
      .build();
}

TEST(TcpPacketTest, ReadsEveryFieldOfBothFamilies) {
  for (const PacketBuilder& base : {PacketBuilder(), v6_packet()}) {
    auto frame =
        PacketBuilder(base).sequence(100).ack(200).window(300).psh().payload("abc").build();
    frame.resize(frame.size() + 6);  // Ethernet padding
    const auto packet = parse_frame(frame, card::Port::kOutside);
    ASSERT_TRUE(packet) << packet.status().to_string();
    EXPECT_EQ(packet->key, base.key(card::Port::kOutside));
    EXPECT_EQ(packet->sequence, 100U);
    EXPECT_EQ(packet->acknowledgement, 200U);
    EXPECT_EQ(packet->window, 300U);
    EXPECT_EQ(packet->flags, kAck | kPsh);
    EXPECT_EQ(as_text(packet->payload), "abc");
    EXPECT_EQ(packet->end(), 103U);
    EXPECT_EQ(packet->frame.size(), frame.size() - 6);
    EXPECT_TRUE(checksums_are_right(*packet));
  }
}

TEST(TcpPacketTest, ReadsOptions) {
  const auto frame = full_syn(PacketBuilder());
  const auto packet = parse_frame(frame, card::Port::kInside);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->options.mss, 1460);
  EXPECT_EQ(packet->options.window_scale, 7);
  EXPECT_TRUE(packet->options.sack_permitted);
  EXPECT_EQ(packet->options.timestamps, (TcpTimestamps{11, 22}));
  EXPECT_EQ(packet->length(), 1U);
  const auto sack = PacketBuilder().sack({{1, 2}, {30, 40}}).build();
  const auto sacked = parse_frame(sack, card::Port::kInside);
  ASSERT_TRUE(sacked);
  ASSERT_EQ(sacked->options.sack_blocks, 2);
  EXPECT_EQ(sacked->options.sack[1], (SackBlock{30, 40}));
}

TEST(TcpPacketTest, TellsOptionsThatMatterForInspection) {
  const auto options_of = [](std::vector<uint8_t> raw) {
    const auto frame = PacketBuilder().syn(1).tcp_option(raw).build();
    return parse_frame(frame, card::Port::kInside)->options;
  };
  EXPECT_TRUE(options_of({30, 4, 0, 0}).multipath);
  EXPECT_TRUE(options_of({34, 2}).fast_open);
  EXPECT_TRUE(options_of({254, 4, 0xf9, 0x89}).fast_open);
  EXPECT_TRUE(options_of({29, 4, 0, 0}).authenticated);
  EXPECT_TRUE(options_of({19, 18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}).authenticated);
  EXPECT_EQ(options_of({3, 3, 200}).window_scale, 14);  // RFC 7323: no more than 14
}

TEST(TcpPacketTest, MalformedOptionEndsTheListQuietly) {
  for (const std::vector<uint8_t>& raw :
       {std::vector<uint8_t>{5, 0}, {8, 1}, {8, 40}, {2}, {3, 2}, {8, 3, 1}}) {
    const auto frame = PacketBuilder().tcp_option(raw).build();
    const auto packet = parse_frame(frame, card::Port::kInside);
    ASSERT_TRUE(packet);
    EXPECT_FALSE(packet->options.mss || packet->options.timestamps || packet->options.window_scale);
  }
}

TEST(TcpPacketTest, OptionThatEndsBehindTheListIsNotGiven) {
  const uint8_t list[] = {kTcpOptionNop, kTcpOptionMss, 4, 0x05, 0xb4, kTcpOptionTest1, 4, 9};
  std::vector<std::vector<uint8_t>> given;
  for_each_option(Bytes(list),
                  [&given](Bytes option) { given.emplace_back(option.begin(), option.end()); });
  ASSERT_EQ(given.size(), 1U) << "the last one says four bytes, and three are there";
  EXPECT_EQ(given[0], (std::vector<uint8_t>{kTcpOptionMss, 4, 0x05, 0xb4}));
}

TEST(TcpPacketTest, VlanTagsAreInTheKeyAndTheLinkHeader) {
  for (int tags = 0; tags <= 2; ++tags) {
    PacketBuilder builder = v6_packet();
    for (int i = 0; i < tags; ++i) {
      builder.vlan(static_cast<uint16_t>(100 + i), 5);
    }
    const auto frame = builder.build();
    const auto packet = parse_frame(frame, card::Port::kInside);
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->link().size(), 14U + 4U * static_cast<size_t>(tags));
    EXPECT_EQ(packet->key.vlan.outer, tags > 0 ? 100 : card::VlanTags::kNone);
    EXPECT_EQ(packet->key.vlan.inner, tags > 1 ? 101 : card::VlanTags::kNone);
  }
}

TEST(TcpPacketTest, EveryTruncationIsAnErrorAndReadsNothingBeyond) {
  for (const PacketBuilder& base : {PacketBuilder().vlan(7), v6_packet().vlan(7).vlan(8)}) {
    const auto frame = full_syn(base);
    for (size_t size = 0; size < frame.size(); ++size) {
      const std::vector<uint8_t> cut(frame.begin(), frame.begin() + static_cast<ptrdiff_t>(size));
      EXPECT_FALSE(parse_frame(cut, card::Port::kInside)) << size;
    }
  }
}

TEST(TcpPacketTest, EveryByteValueEverywhereIsSurvived) {
  for (const PacketBuilder& base : {PacketBuilder(), v6_packet()}) {
    const auto frame = full_syn(base);
    for (size_t at = 12; at < frame.size(); ++at) {
      for (int value = 0; value < 256; ++value) {
        auto changed = frame;
        changed[at] = static_cast<uint8_t>(value);
        const auto packet = parse_frame(changed, card::Port::kInside);
        if (packet) {
          EXPECT_LE(packet->frame.size(), changed.size());
          (void)checksums_are_right(*packet);
        }
      }
    }
  }
}

TEST(TcpPacketTest, RefusesWhatIsNotPlainTcp) {
  struct Case {
    const char* what;
    std::vector<uint8_t> frame;
    Code code;
  };
  const Case cases[] = {
      {"arp", test::arp_request(), Code::kUnsupported},
      {"udp", PacketBuilder().udp().build(), Code::kUnsupported},
      {"first fragment", PacketBuilder().fragment(0, true).build(), Code::kUnsupported},
      {"last fragment", PacketBuilder().fragment(100, false).build(), Code::kUnsupported},
      {"hop by hop", v6_packet().extension_header(0).build(), Code::kUnsupported},
      {"two tags", PacketBuilder().vlan(1).vlan(2).build(), Code::kOk},
      {"ip options", PacketBuilder().ip_options(8).build(), Code::kOk},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(parse_frame(c.frame, card::Port::kInside).status().code(), c.code) << c.what;
  }
}

TEST(TcpPacketTest, WrongChecksumsAreNoticed) {
  for (const PacketBuilder& base : {PacketBuilder(), v6_packet()}) {
    const auto frame = PacketBuilder(base).payload("odd").build();
    for (size_t at = 14; at < frame.size(); ++at) {
      auto changed = frame;
      changed[at] ^= 0x10;
      const auto packet = parse_frame(changed, card::Port::kInside);
      // Outside what the sums cover: IPv6 class, flow label and hop limit.
      const bool covered = !base.key(card::Port::kInside).source.is_v6() || at >= 22;
      if (packet && covered) {
        EXPECT_FALSE(checksums_are_right(*packet)) << at;
      }
    }
  }
}

TEST(TcpPacketTest, BareIpPacketParsesLikeItsFrame) {
  const auto frame = v6_packet().payload("x").build();
  const auto packet = parse_ip(Bytes(frame).subspan(14), card::Port::kHost);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->ip_offset, 0U);
  EXPECT_EQ(as_text(packet->payload), "x");
  EXPECT_FALSE(parse_ip({}, card::Port::kHost));
}

TEST(SequenceTest, ComparesAroundTheWrap) {
  EXPECT_TRUE(seq_before(0xfffffff0, 5));
  EXPECT_TRUE(seq_after(5, 0xfffffff0));
  EXPECT_EQ(seq_max(0xfffffff0, 5), 5U);
  EXPECT_EQ(seq_min(0xfffffff0, 5), 0xfffffff0U);
}

}  // namespace
}  // namespace vitrine::wire
