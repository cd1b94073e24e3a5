// The whole card by its registers, ports and rings.
#include "sim/card/card_fixture.h"

namespace vitrine::sim {
namespace {

class CardTest : public CardFixture {
 protected:
  // IPv4 TCP 10.0.0.1:1000 to 10.0.0.2:443, as `to_server` says; flags in the TCP header.
  static Frame segment(bool to_server, uint8_t flags, size_t payload) {
    Frame f(54 + payload, 0x5a);
    const Frame head = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0};
    std::copy(head.begin(), head.end(), f.begin());
    const size_t total = 40 + payload;
    const Frame rest = {static_cast<uint8_t>(total >> 8),
                        static_cast<uint8_t>(total),
                        0,
                        0,
                        0x40,
                        0,
                        64,
                        6,
                        0,
                        0,
                        10,
                        0,
                        0,
                        static_cast<uint8_t>(to_server ? 1 : 2),
                        10,
                        0,
                        0,
                        static_cast<uint8_t>(to_server ? 2 : 1),
                        static_cast<uint8_t>(to_server ? 0x03 : 0x01),
                        static_cast<uint8_t>(to_server ? 0xe8 : 0xbb),
                        static_cast<uint8_t>(to_server ? 0x01 : 0x03),
                        static_cast<uint8_t>(to_server ? 0xbb : 0xe8),
                        0,
                        0,
                        0,
                        1,
                        0,
                        0,
                        0,
                        1,
                        0x50,
                        flags,
                        1,
                        0,
                        0,
                        0,
                        0,
                        0};
    std::copy(rest.begin(), rest.end(), f.begin() + 16);
    return f;
  }
  uint32_t flow_command(uint32_t operation, uint32_t action) {
    const uint32_t words[] = {77,
                              0,
                              40U | action << 16 | 0U << 18 | 4U << 20 | 6U << 24,
                              0x1fff1fff,
                              1000U | 443U << 16,
                              5000,
                              0,
                              0,
                              0x0100000a,
                              0,
                              0,
                              0,
                              0x0200000a,
                              0,
                              0,
                              0};
    for (uint32_t i = 0; i < 16; ++i) {
      write(regs::kFlowMailbox + 4 * i, words[i]);
    }
    const uint64_t before = card_.clocks();
    write(regs::kFlowsCommand, operation);
    while ((read(regs::kFlowsStatus) & 1U) != 0) {
    }
    command_clocks_ = card_.clocks() - before;
    return read(regs::kFlowsStatus) >> 4;
  }

  uint64_t command_clocks_ = 0;
};

TEST_F(CardTest, ForwardsWhatNoRuleKnows) {
  const Frame frame = segment(true, 0x10, 700);
  card_.put_frame(0, frame);
  settle();
  Frame got;
  ASSERT_TRUE(card_.take_frame(1, got));
  EXPECT_EQ(got, frame);
  EXPECT_EQ(counter(regs::kCountersForwardedLo), 1U);
  EXPECT_EQ(counter(regs::kCountersReceivedInsideLo), 1U);
}

TEST_F(CardTest, DropsAndPuntsByRule) {
  otherwise(1);
  card_.put_frame(1, segment(false, 0x10, 10));
  settle();
  EXPECT_EQ(counter(regs::kCountersDroppedRuleLo), 1U);
  otherwise(2);
  const Frame frame = segment(false, 0x02, 0);
  card_.put_frame(1, frame);
  settle();
  EXPECT_EQ(counter(regs::kCountersPuntedRuleLo), 1U);
  EXPECT_EQ(read(regs::kRingsPuntHead), 1U);
  EXPECT_EQ(memory_[1], 1);
  EXPECT_EQ(memory_[4] + 256 * memory_[5], static_cast<int>(frame.size()));
  EXPECT_TRUE(std::equal(frame.begin(), frame.end(), memory_.begin() + 64));
}

TEST_F(CardTest, NothingPassesWhileStopped) {
  write(regs::kControlControl, 0);
  card_.put_frame(0, segment(true, 0x10, 1));
  settle();
  Frame got;
  EXPECT_FALSE(card_.take_frame(1, got));
  EXPECT_EQ(counter(regs::kCountersDroppedNotReadyLo), 1U);
}

TEST_F(CardTest, SendsWhatTheHostInjects) {
  const Frame frame = segment(true, 0x18, 300);
  uint8_t* entry = memory_.data() + kEntries * kEntry;
  entry[1] = 1;
  entry[4] = static_cast<uint8_t>(frame.size());
  entry[5] = static_cast<uint8_t>(frame.size() >> 8);
  std::copy(frame.begin(), frame.end(), entry + 64);
  write(regs::kRingsInjectHead, 1);
  settle();
  Frame got;
  ASSERT_TRUE(card_.take_frame(1, got));
  EXPECT_EQ(got, frame);
  EXPECT_EQ(counter(regs::kCountersInjectedEgressLo), 1U);
}

TEST_F(CardTest, AFlowEntryWinsCountsAndCloses) {
  otherwise(1);
  EXPECT_EQ(flow_command(1, 0), 0U);
  EXPECT_LE(command_clocks_, 64U);
  RecordProperty("install_clocks", static_cast<int>(command_clocks_));
  EXPECT_EQ(flow_command(1, 0), 2U);
  card_.put_frame(0, segment(true, 0x10, 100));
  card_.put_frame(1, segment(false, 0x10, 1));
  settle();
  Frame got;
  EXPECT_TRUE(card_.take_frame(1, got));
  EXPECT_TRUE(card_.take_frame(0, got));
  EXPECT_EQ(flow_command(4, 0), 0U);
  EXPECT_EQ(read(regs::kFlowsResult0), 1U);
  EXPECT_EQ(read(regs::kFlowsResult0 + 16), 100U);
  card_.set_time_ms(6000);
  settle();
  EXPECT_EQ(read(regs::kRingsPuntHead), 1U);
  EXPECT_EQ(memory_[0], 1);
  EXPECT_EQ(memory_[2], 2);  // idle
  EXPECT_EQ(memory_[8], 77);
  EXPECT_EQ(flow_command(4, 0), 0U);  // it lingers
  card_.set_time_ms(7050);
  settle();
  EXPECT_EQ(flow_command(4, 0), 4U);
}

TEST_F(CardTest, ARemovedFlowIsJudgedByTheRules) {
  EXPECT_EQ(flow_command(1, 1), 0U);
  card_.put_frame(0, segment(true, 0x10, 100));
  settle();
  Frame got;
  EXPECT_FALSE(card_.take_frame(1, got));
  EXPECT_EQ(flow_command(2, 1), 0U);
  EXPECT_EQ(read(regs::kFlowsResult0), 1U);
  card_.put_frame(0, segment(true, 0x10, 100));
  settle();
  EXPECT_TRUE(card_.take_frame(1, got));
}

}  // namespace
}  // namespace vitrine::sim
