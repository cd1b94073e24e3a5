// Rings: what the card puts into them, right and wrong, and what the host does.
#include <gtest/gtest.h>
#include <poll.h>

#include "host/card/driver/ring_entry.h"
#include "host/card/little_endian.h"
#include "tests/card/conformance.h"
#include "tests/card/driver/mock_bus.h"
#include "tests/support/packet_builder.h"
#include "tests/support/packet_view.h"

namespace vitrine::card::driver::test {
namespace {

using card::test::Collector;
using vitrine::test::PacketBuilder;

bool is_readable(int fd) {
  pollfd p{fd, POLLIN, 0};
  return ::poll(&p, 1, 0) == 1;
}

// Headers as the card writes them; number and length are filled in by the mock->
std::vector<uint8_t> punt_header(uint8_t port, uint8_t reason) { return {0, port, reason}; }

class DriverRingsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(secure_memory_init().is_ok());
    card.reset();
    mock = std::make_unique<MockCard>();
    card = make_mock_card(*mock, mock_config(*mock));
    ASSERT_TRUE(card->start().is_ok());
    FlowSpec spec;
    spec.key = PacketBuilder().key(Port::kInside);
    flow = card->install(spec).value();
  }
  void punt(uint8_t byte) { mock->put_punt(punt_header(1, 2), {byte, byte}); }
  // A card that lied is not asked any more.
  void expect_distrust(const char* what) {
    SCOPED_TRACE(what);
    card->poll(sink, 100);
    EXPECT_EQ(card->load_rules({}).code(), Code::kInternal);
    EXPECT_FALSE(is_readable(card->ready_fd())) << "nobody waits for it";
    mock->forget_writes();
    card->heartbeat();
    EXPECT_TRUE(mock->written(regs::kHeartbeatBeat).empty()) << "so that it clears its keys";
    EXPECT_EQ(card->poll(sink, 100), 0U);
  }

  std::unique_ptr<MockCard> mock;
  std::unique_ptr<Card> card;
  FlowId flow = 0;
  Collector sink;
};

TEST_F(DriverRingsTest, APuntIsHandedOutAsTheCardWroteIt) {
  const auto frame = PacketBuilder().payload("hello").build();
  mock->put_punt({0, 1, 1, 0, 0, 0, 0, 0, static_cast<uint8_t>(flow)}, frame);
  EXPECT_EQ(card->poll(sink, 10), 1U);
  ASSERT_EQ(sink.punts.size(), 1U);
  EXPECT_EQ(sink.punts[0].port, Port::kOutside);
  EXPECT_EQ(sink.punts[0].reason, PuntReason::kFlow);
  EXPECT_EQ(sink.punts[0].flow, flow);
  EXPECT_EQ(sink.punts[0].frame, frame);
  EXPECT_EQ(mock->reg(regs::kRingsPuntTail), 1U) << "its place is given back";
}

TEST_F(DriverRingsTest, EventsCarryTheirFlowsKeyAndStatistics) {
  std::vector<uint8_t> body(128);
  store_le32(&body[0], 17);
  store_le32(&body[64 + 40], 99);
  std::vector<uint8_t> header(64);
  header[0] = 1;
  header[2] = static_cast<uint8_t>(CloseReason::kBadRecord);
  header[3] = 1;
  store_le64(&header[8], flow);
  store_le64(&header[16], 0x500000007);
  mock->put_punt(header, body);
  header[0] = 2;
  store_le32(&header[24], 3);
  mock->put_punt(header, {});
  EXPECT_EQ(card->poll(sink, 10), 2U);
  ASSERT_EQ(sink.events.size(), 2U);
  const FlowEvent& closed = sink.events[0];
  EXPECT_EQ(closed.type, FlowEvent::Type::kClosed);
  EXPECT_EQ(closed.flow, flow);
  EXPECT_EQ(closed.key, PacketBuilder().key(Port::kInside));
  EXPECT_EQ(closed.reason, CloseReason::kBadRecord);
  EXPECT_EQ(closed.direction, Direction::kFromOutside);
  EXPECT_EQ(closed.in_record, 0x500000007U);
  EXPECT_EQ(closed.stats.directions[0].packets, 17U);
  EXPECT_EQ(closed.stats.directions[1].next_sequence, 99U);
  EXPECT_EQ(sink.events[1].type, FlowEvent::Type::kKeyUpdate);
  EXPECT_EQ(sink.events[1].generation, 3U);
}

TEST_F(DriverRingsTest, PlaintextComesBeforeTheEndOfItsFlow) {
  std::vector<uint8_t> header(64);
  header[0] = 1;
  store_le64(&header[8], flow);
  mock->put_punt(header, std::vector<uint8_t>(128));
  std::vector<uint8_t> bytes(64);
  bytes[1] = 1;
  store_le64(&bytes[8], flow);
  store_le64(&bytes[16], 5);
  store_le32(&bytes[24], 100);
  mock->put_tap(bytes, {'a', 'b'});
  bytes[0] = 1;
  bytes[2] = 23;
  bytes[3] = 1;
  store_le32(&bytes[28], 102);
  mock->put_tap(bytes, {});
  EXPECT_EQ(card->poll(sink, 1), 1U);
  EXPECT_EQ(sink.plaintext[1], (std::vector<uint8_t>{'a', 'b'}));
  EXPECT_EQ(card->poll(sink, 1), 1U);
  EXPECT_TRUE(sink.events.empty());
  ASSERT_EQ(sink.tap_records.size(), 1U);
  EXPECT_EQ(sink.tap_records[0].record, 5U);
  EXPECT_EQ(sink.tap_records[0].content_type, 23);
  EXPECT_TRUE(sink.tap_records[0].verified);
  EXPECT_EQ(sink.tap_records[0].length, 102U);
  EXPECT_EQ(card->poll(sink, 1), 1U);
  EXPECT_EQ(sink.events.size(), 1U);
  EXPECT_EQ(mock->reg(regs::kRingsTapTail), 2U);
}

TEST_F(DriverRingsTest, ReadyIsReadableExactlyWhileThereIsSomething) {
  EXPECT_FALSE(is_readable(card->ready_fd()));
  for (uint8_t i = 0; i < 6; ++i) {
    punt(i);
  }
  EXPECT_TRUE(is_readable(card->ready_fd()));
  EXPECT_EQ(card->poll(sink, 4), 4U);
  EXPECT_TRUE(is_readable(card->ready_fd())) << "two are left";
  EXPECT_EQ(card->poll(sink, 4), 2U);
  EXPECT_EQ(card->poll(sink, 4), 0U);
  EXPECT_FALSE(is_readable(card->ready_fd()));
}

TEST_F(DriverRingsTest, TheRingGoesRoundInOrder) {
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 7; ++i) {
      punt(static_cast<uint8_t>(7 * round + i));
    }
    EXPECT_EQ(card->poll(sink, 100), 7U);
  }
  ASSERT_EQ(sink.punts.size(), 140U);
  for (size_t i = 0; i < 140; ++i) {
    EXPECT_EQ(sink.punts[i].frame[0], i);
  }
}

TEST_F(DriverRingsTest, EntriesThatNoCardMayWriteAreNotBelieved) {
  struct Lie {
    const char* what;
    size_t at;
    uint8_t value;
  };
  const Lie lies[] = {{"an unknown type", 0, 3},           {"no wire port", 1, 2},
                      {"no punt reason", 2, kPuntReasons}, {"a length beyond the entry", 5, 0xff},
                      {"a flow that never was", 8, 50},    {"a flow id from nowhere", 15, 0x80},
                      {"another entry's number", 28, 9}};
  for (const Lie& lie : lies) {
    SetUp();
    std::vector<uint8_t> header(64);
    header[lie.at] = lie.value;
    mock->put_punt(header, {1, 2, 3});
    expect_distrust(lie.what);
    EXPECT_TRUE(sink.punts.empty());
  }
}

TEST_F(DriverRingsTest, EventsThatNoCardMayWriteAreNotBelieved) {
  struct Lie {
    const char* what;
    size_t at;
    uint8_t value;
    size_t body;
  };
  const Lie lies[] = {{"no close reason", 2, 8, 128},
                      {"a third direction", 3, 2, 128},
                      {"no flow", 8, 0, 128},
                      {"half of the statistics", 3, 0, 64}};
  for (const Lie& lie : lies) {
    SetUp();
    std::vector<uint8_t> header(64);
    header[0] = 1;
    header[8] = static_cast<uint8_t>(flow);
    header[lie.at] = lie.value;
    mock->put_punt(header, std::vector<uint8_t>(lie.body));
    expect_distrust(lie.what);
    EXPECT_TRUE(sink.events.empty());
  }
}

TEST_F(DriverRingsTest, PlaintextThatNoCardMayWriteIsNotBelieved) {
  struct Lie {
    const char* what;
    size_t at;
    uint8_t value;
  };
  const Lie lies[] = {{"an unknown type", 0, 2},   {"a third direction", 1, 2},
                      {"half a verdict", 3, 2},    {"a flow that never was", 9, 1},
                      {"an offset beyond", 26, 2}, {"a record too long", 30, 2}};
  for (const Lie& lie : lies) {
    SetUp();
    std::vector<uint8_t> header(64);
    header[8] = static_cast<uint8_t>(flow);
    header[lie.at] = lie.value;
    mock->put_tap(header, {1});
    expect_distrust(lie.what);
    EXPECT_TRUE(sink.plaintext[0].empty());
    EXPECT_TRUE(sink.tap_records.empty());
  }
}

TEST_F(DriverRingsTest, IndicesThatCannotBeAreNotBelieved) {
  mock->reg(regs::kRingsPuntHead) = 16;
  mock->reg(regs::kEventsStatus) = 1;
  expect_distrust("an index beyond the ring");
  SetUp();
  punt(1);
  punt(2);
  EXPECT_EQ(card->poll(sink, 1), 1U);
  EXPECT_EQ(card->poll(sink, 1), 1U);
  mock->reg(regs::kRingsPuntHead) = 1;
  card->poll(sink, 10);
  expect_distrust("an index that went back: fourteen entries that are old");
}

TEST_F(DriverRingsTest, InjectedFramesLieInTheRingAndTheDoorbellTells) {
  const auto frame = PacketBuilder().payload("x").build();
  ASSERT_TRUE(card->inject(InjectAs::kReceived, {Port::kOutside, 0}, frame).is_ok());
  EXPECT_EQ(mock->reg(regs::kRingsInjectHead), 0U) << "not yet";
  card->flush();
  const auto entry = mock->take_injected();
  ASSERT_EQ(entry.size(), kEntryHeader + frame.size());
  EXPECT_EQ(entry[0], 1);
  EXPECT_EQ(entry[1], 1);
  EXPECT_TRUE(std::equal(frame.begin(), frame.end(), entry.begin() + kEntryHeader));
  EXPECT_TRUE(mock->take_injected().empty());
}

TEST_F(DriverRingsTest, AFullRingPushesBackUntilTheCardHasTaken) {
  const auto frame = PacketBuilder().build();
  for (int i = 0; i < 15; ++i) {
    ASSERT_TRUE(card->inject(InjectAs::kEgress, {Port::kInside, 0}, frame).is_ok());
  }
  EXPECT_EQ(card->inject(InjectAs::kEgress, {Port::kInside, 0}, frame).code(), Code::kExhausted);
  EXPECT_FALSE(mock->take_injected().empty()) << "the card was told, so that it can make room";
  EXPECT_TRUE(card->inject(InjectAs::kEgress, {Port::kInside, 0}, frame).is_ok());
  EXPECT_EQ(card->inject(InjectAs::kEgress, {Port::kInside, 0}, frame).code(), Code::kExhausted);
}

TEST_F(DriverRingsTest, CoalescedFramesAreCutOrRefusedWhole) {
  const auto frame = PacketBuilder().sequence(1).payload_of(8000).build();
  ASSERT_TRUE(card->inject(InjectAs::kEgress, {Port::kInside, 1000}, frame).is_ok());
  card->flush();
  for (uint32_t i = 0; i < 8; ++i) {
    const auto entry = mock->take_injected();
    ASSERT_GT(entry.size(), kEntryHeader);
    const Bytes segment = Bytes(entry).subspan(kEntryHeader);
    EXPECT_TRUE(vitrine::test::checksums_are_right(segment));
    EXPECT_EQ(vitrine::test::PacketView(segment).sequence, 1 + 1000 * i);
  }
  EXPECT_TRUE(mock->take_injected().empty());
  EXPECT_EQ(card->inject(InjectAs::kEgress, {Port::kInside, 500}, frame).code(), Code::kExhausted)
      << "sixteen segments";
  card->flush();
  EXPECT_TRUE(mock->take_injected().empty()) << "and none of them goes";
}

TEST_F(DriverRingsTest, FramesThatNoEntryHoldsAreRefused) {
  const std::vector<uint8_t> frame(kMaxEntryBody + 1);
  EXPECT_EQ(card->inject(InjectAs::kEgress, {Port::kInside, 0}, frame).code(),
            Code::kInvalidArgument);
  EXPECT_EQ(card->inject(InjectAs::kEgress, {Port::kHost, 0}, {}).code(), Code::kInvalidArgument);
}

TEST_F(DriverRingsTest, ACardThatTakesWhatItWasNotGivenIsNotBelieved) {
  const auto frame = PacketBuilder().build();
  for (int i = 0; i < 15; ++i) {
    ASSERT_TRUE(card->inject(InjectAs::kEgress, {Port::kInside, 0}, frame).is_ok());
  }
  mock->reg(regs::kRingsInjectTail) = 3;
  EXPECT_EQ(card->inject(InjectAs::kEgress, {Port::kInside, 0}, frame).code(), Code::kInternal);
  expect_distrust("tail before the doorbell");
}

}  // namespace
}  // namespace vitrine::card::driver::test
