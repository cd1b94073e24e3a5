#include "host/takeover/lane.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/packet_builder.h"

namespace vitrine::takeover {
namespace {

using test::PacketBuilder;

constexpr uint32_t kStart = 0xffffff00;  // tests cross the wrap
constexpr uint32_t kWindow = 32768;

// What the socket was given.
struct Given {
  uint32_t sequence = 0;
  uint8_t flags = 0;
  std::string payload;
  uint32_t acknowledgement = 0;
};

class LaneTest : public testing::TestWithParam<bool> {
 protected:
  LaneTest() { lane_.sent(1000); }
  PacketBuilder packet(uint32_t offset) const {
    PacketBuilder builder =
        GetParam() ? PacketBuilder().from("2001:db8::1", 40000).to("2001:db8::2", 443).vlan(5)
                   : PacketBuilder();
    return builder.sequence(kStart + offset).ack(777);
  }
  std::vector<Given> take(const PacketBuilder& builder) {
    const auto frame = builder.build();
    const auto parsed = wire::parse_frame(frame, card::Port::kInside);
    EXPECT_TRUE(parsed);
    given_.clear();
    lane_.take(*parsed, 0, sink());
    return given_;
  }
  std::vector<Given> advance(uint32_t bytes) {
    given_.clear();
    lane_.advance(bytes, sink());
    return given_;
  }
  std::vector<Given> release() {
    given_.clear();
    lane_.release(sink());
    return given_;
  }
  Lane::ToStack sink() {
    return [this](Bytes ip) {
      const auto parsed = wire::parse_ip(ip, card::Port::kHost);
      ASSERT_TRUE(parsed);
      EXPECT_TRUE(wire::checksums_are_right(*parsed));
      given_.push_back({parsed->sequence - kStart, parsed->flags,
                        std::string(as_text(parsed->payload)), parsed->acknowledgement});
    };
  }

  Lane lane_{kStart, kWindow, 7, 100'000};
  std::vector<Given> given_;
};

TEST_P(LaneTest, EverythingPassesAndMovesTheLineBeforeHolding) {
  EXPECT_EQ(take(packet(0).payload("abc")).size(), 1U);
  EXPECT_EQ(lane_.line(), kStart + 3);
  EXPECT_EQ(take(packet(0).payload("abc")).size(), 1U);  // a retransmission
  EXPECT_EQ(lane_.line(), kStart + 3);
  EXPECT_FALSE(lane_.fin_delivered());
  EXPECT_EQ(take(packet(3).fin()).size(), 1U);
  EXPECT_TRUE(lane_.fin_delivered());
  EXPECT_EQ(lane_.line(), kStart + 4);
  EXPECT_EQ(lane_.counters().payload_bytes, 3U);
}

TEST_P(LaneTest, DataBeyondAnyWindowDoesNotMoveTheLine) {
  EXPECT_EQ(take(packet(kWindow).payload("x")).size(), 1U);
  EXPECT_EQ(take(packet(kWindow).fin()).size(), 1U);
  EXPECT_EQ(lane_.line(), kStart);
  EXPECT_FALSE(lane_.fin_delivered());
  lane_.widen(1U << 20);
  take(packet(kWindow).payload("x"));
  EXPECT_EQ(lane_.line(), kStart + kWindow + 1);
}

TEST_P(LaneTest, HeldDataBecomesABareAcknowledgement) {
  take(packet(0).payload("abc"));
  lane_.hold();
  const auto given = take(packet(3).ack(800).psh().fin().payload("def"));
  ASSERT_EQ(given.size(), 1U);
  EXPECT_EQ(given[0].sequence, 3U);
  EXPECT_EQ(given[0].flags, wire::kAck);
  EXPECT_EQ(given[0].payload, "");
  EXPECT_EQ(given[0].acknowledgement, 800U);
  EXPECT_EQ(lane_.held().size(), 1U);
  EXPECT_EQ(lane_.line(), kStart + 3);
  EXPECT_FALSE(lane_.fin_delivered());
  EXPECT_EQ(lane_.acknowledged(), 800U);
}

TEST_P(LaneTest, BelowTheLineStillPassesWhileHolding) {
  take(packet(0).payload("abcdef"));
  lane_.hold();
  const auto again = take(packet(0).payload("abc"));
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].payload, "abc");
  const auto keep_alive = take(packet(5));
  ASSERT_EQ(keep_alive.size(), 1U);
  EXPECT_EQ(keep_alive[0].sequence, 5U);
  EXPECT_TRUE(lane_.held().empty());
}

TEST_P(LaneTest, AcknowledgementFromBeyondTheLineIsMovedToIt) {
  lane_.hold();
  take(packet(0).payload("held"));
  const auto given = take(packet(4).ack(900));
  ASSERT_EQ(given.size(), 1U);
  EXPECT_EQ(given[0].sequence, 0U);
  EXPECT_EQ(given[0].acknowledgement, 900U);
  EXPECT_EQ(lane_.held().size(), 1U);
}

TEST_P(LaneTest, SegmentAcrossTheLineIsSplit) {
  take(packet(0).payload("abc"));
  lane_.hold();
  const auto given = take(packet(1).fin().payload("bcdef"));
  ASSERT_EQ(given.size(), 1U);
  EXPECT_EQ(given[0].sequence, 1U);
  EXPECT_EQ(given[0].payload, "bc");
  EXPECT_EQ(given[0].flags & wire::kFin, 0);
  EXPECT_EQ(lane_.held().size(), 1U);
}

TEST_P(LaneTest, AdvanceLetsExactlyThatManyBytesPass) {
  lane_.hold();
  take(packet(0).payload("abcd"));
  take(packet(4).fin().payload("efgh"));
  auto given = advance(6);
  ASSERT_EQ(given.size(), 2U);
  EXPECT_EQ(given[0].payload, "abcd");
  EXPECT_EQ(given[1].payload, "ef");
  EXPECT_EQ(given[1].sequence, 4U);
  EXPECT_EQ(lane_.held().size(), 1U);
  EXPECT_EQ(lane_.line(), kStart + 6);
  given = advance(2);  // the payload's end, not the FIN
  ASSERT_EQ(given.size(), 1U);
  EXPECT_EQ(given[0].payload, "gh");
  EXPECT_EQ(given[0].flags & wire::kFin, 0);
  EXPECT_EQ(lane_.held().size(), 1U);
  EXPECT_FALSE(lane_.fin_delivered());
}

TEST_P(LaneTest, BytesThatComeAfterAdvancePassUpToTheLine) {
  lane_.hold();
  EXPECT_TRUE(advance(5).empty());
  auto given = take(packet(0).payload("abc"));
  ASSERT_EQ(given.size(), 1U);
  EXPECT_EQ(given[0].payload, "abc");
  given = take(packet(3).payload("defg"));
  ASSERT_EQ(given.size(), 1U);
  EXPECT_EQ(given[0].payload, "de");
  EXPECT_EQ(lane_.held().size(), 1U);
}

TEST_P(LaneTest, ReleaseDeliversInOrderWithFin) {
  lane_.hold();
  take(packet(0).payload("abc"));
  take(packet(3).fin().payload("def"));
  const auto given = release();
  ASSERT_EQ(given.size(), 2U);
  EXPECT_EQ(given[1].payload, "def");
  EXPECT_TRUE(lane_.fin_delivered());
  EXPECT_FALSE(lane_.holding());
  EXPECT_EQ(lane_.line(), kStart + 7);
  EXPECT_TRUE(lane_.held().empty());
}

TEST_P(LaneTest, RetransmissionsOfHeldDataAreHeldOnce) {
  lane_.hold();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(take(packet(0).payload("abc")).size(), 1U);
  }
  take(packet(1).payload("bc"));
  EXPECT_EQ(lane_.held().size(), 1U);
  take(packet(1).payload("bcd"));
  EXPECT_EQ(lane_.held().size(), 2U);
}

TEST_P(LaneTest, HoldIsBoundedAndCountsWhatItRefuses) {
  lane_ = Lane(kStart, kWindow, 7, 3000);
  lane_.sent(1000);
  lane_.hold();
  for (uint32_t i = 0; i < 10; ++i) {
    EXPECT_EQ(take(packet(i * 1000).payload_of(1000)).size(), 1U);
  }
  EXPECT_LE(lane_.held().bytes(), 3000U);
  EXPECT_EQ(lane_.counters().held_frames + lane_.counters().refused_frames, 10U);
  EXPECT_EQ(lane_.counters().held_frames, 2U);
}

TEST_P(LaneTest, ResetIsBelievedWhereTheEndCanBe) {
  take(packet(0).payload("abc"));
  take(packet(100).flags(wire::kRst));
  EXPECT_FALSE(lane_.reset_seen());
  EXPECT_EQ(take(packet(3).flags(wire::kRst)).size(), 1U);
  EXPECT_TRUE(lane_.reset_seen());
}

TEST_P(LaneTest, ResetBehindHeldDataIsBelieved) {
  lane_.hold();
  take(packet(0).payload("abc"));
  EXPECT_TRUE(take(packet(3).flags(wire::kRst)).empty());
  EXPECT_TRUE(lane_.reset_seen());
}

TEST_P(LaneTest, NotesTheLatestOfWhatTheEndSays) {
  lane_.seed(700, 5U << 7, 40);
  lane_.sent(1000);
  EXPECT_EQ(lane_.window(), 5U << 7);
  take(packet(0).ack(800).window(9).timestamps(50, 0));
  EXPECT_EQ(lane_.acknowledged(), 800U);
  EXPECT_EQ(lane_.window(), 9U << 7);
  take(packet(0).ack(750).window(3).timestamps(45, 0));  // reordered
  EXPECT_EQ(lane_.acknowledged(), 800U);
  EXPECT_EQ(lane_.header_window(), 9);
  EXPECT_EQ(lane_.timestamp(), 50U);
}

TEST_P(LaneTest, AcknowledgementOfWhatWasNeverSentIsRefused) {
  lane_.seed(700, 5U << 7, 40);
  lane_.sent(800);
  EXPECT_TRUE(take(packet(0).ack(801).window(9).timestamps(50, 0).payload("abc")).empty());
  EXPECT_EQ(lane_.acknowledged(), 700U);
  EXPECT_EQ(lane_.window(), 5U << 7);
  EXPECT_EQ(lane_.timestamp(), 40U);
  EXPECT_EQ(lane_.line(), kStart);
  EXPECT_EQ(lane_.counters().refused_frames, 1U);
  lane_.hold();
  EXPECT_TRUE(take(packet(0).ack(801).payload("abc")).empty());
  EXPECT_TRUE(lane_.held().empty());
  EXPECT_EQ(take(packet(0).ack(800)).size(), 1U) << "all that was sent may be acknowledged";
  EXPECT_EQ(lane_.acknowledged(), 800U);
  lane_.sent(790);
  EXPECT_EQ(take(packet(0).ack(800)).size(), 1U) << "what was sent again stays sent";
}

TEST_P(LaneTest, PendingTimestampIsTheOldestHeld) {
  lane_.seed(700, 0, 40);
  lane_.sent(1000);
  EXPECT_EQ(lane_.pending_timestamp(), 40U);
  lane_.hold();
  take(packet(3).timestamps(61, 0).payload("def"));
  take(packet(0).timestamps(60, 0).payload("abc"));
  take(packet(6).timestamps(65, 0));
  EXPECT_EQ(lane_.timestamp(), 65U);
  EXPECT_EQ(lane_.pending_timestamp(), 60U);
  advance(3);
  EXPECT_EQ(lane_.pending_timestamp(), 61U);
  advance(3);
  EXPECT_EQ(lane_.pending_timestamp(), 65U);
}

INSTANTIATE_TEST_SUITE_P(Families, LaneTest, testing::Bool(),
                         [](const auto& v6) { return v6.param ? "Ipv6" : "Ipv4"; });

}  // namespace
}  // namespace vitrine::takeover
