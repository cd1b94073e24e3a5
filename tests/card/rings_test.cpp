#include <cstring>
#include <thread>

#include <gtest/gtest.h>

#include "host/card/soft/byte_ring.h"
#include "host/card/soft/host_ring.h"
#include "host/card/soft/timer_wheel.h"

namespace vitrine::card::soft {
namespace {

bool push(ByteRing& ring, size_t size, uint8_t fill, size_t keep_free = 0) {
  const MutableBytes record = ring.reserve(size, keep_free);
  if (record.empty()) {
    return false;
  }
  std::memset(record.data(), fill, record.size());
  ring.commit();
  return true;
}

TEST(ByteRingTest, RecordsComeOutAsTheyWentInOverManyTurns) {
  ByteRing ring(4096);
  uint8_t in = 0;
  uint8_t out = 0;
  for (int turn = 0; turn < 1000; ++turn) {
    while (push(ring, 1 + in % 97U * 5, in)) {
      ++in;
    }
    for (int i = 0; i < 3; ++i) {
      const Bytes record = ring.next();
      ASSERT_EQ(record.size(), 1 + out % 97U * 5);
      EXPECT_EQ(record.front(), out);
      EXPECT_EQ(record.back(), out);
      ++out;
    }
    ring.release();
  }
}

TEST(ByteRingTest, IsFullRatherThanOverwriting) {
  ByteRing ring(4096);
  size_t count = 0;
  while (push(ring, 100, 1)) {
    ++count;
  }
  EXPECT_EQ(count, 4096U / (104 + 8));
  ASSERT_FALSE(ring.next().empty());
  EXPECT_FALSE(push(ring, 100, 1)) << "given out, but not released";
  ring.release();
  EXPECT_TRUE(push(ring, 100, 1));
  EXPECT_FALSE(push(ring, 1 << 20, 1));
}

TEST(ByteRingTest, KeepsRoomFreeWhereAsked) {
  ByteRing ring(4096);
  size_t count = 0;
  while (push(ring, 100, 1, 2048)) {
    ++count;
  }
  EXPECT_EQ(count, 2048U / (104 + 8));
  EXPECT_TRUE(push(ring, 100, 1));
}

TEST(ByteRingTest, CarriesRecordsBetweenThreads) {
  constexpr uint32_t kRecords = 200000;
  ByteRing ring(8192);
  std::thread producer([&ring] {
    for (uint32_t i = 0; i < kRecords;) {
      const MutableBytes record = ring.reserve(4 + i % 300);
      if (record.empty()) {
        std::this_thread::yield();
        continue;
      }
      std::memcpy(record.data(), &i, 4);
      ring.commit();
      ++i;
    }
  });
  for (uint32_t i = 0; i < kRecords;) {
    const Bytes record = ring.next();
    if (record.empty()) {
      std::this_thread::yield();
      continue;
    }
    uint32_t value = 0;
    std::memcpy(&value, record.data(), 4);
    ASSERT_EQ(value, i);
    ASSERT_EQ(record.size(), 4 + i % 300);
    ring.release();
    ++i;
  }
  producer.join();
  EXPECT_TRUE(ring.empty());
}

struct Sink : CardSink {
  void on_punt(const Punt& punt) override {
    order += 'p';
    ++punts;
    last_frame.assign(punt.frame.begin(), punt.frame.end());
  }
  void on_event(const FlowEvent& event) override {
    order += 'e';
    last_flow = event.flow;
  }
  void on_tap_bytes(const TapBytes&) override { order += 't'; }
  void on_tap_record(const TapRecord&) override { order += 'r'; }
  std::string order;
  size_t punts = 0;
  FlowId last_flow = 0;
  std::vector<uint8_t> last_frame;
};

TEST(HostRingTest, KindsKeepTheirCommonOrder) {
  HostRing ring(1 << 16);
  const std::vector<uint8_t> bytes(10, 9);
  FlowEvent event;
  event.flow = 77;
  EXPECT_TRUE(ring.push_tap({1, Direction::kFromInside, 0, 0, bytes}));
  EXPECT_TRUE(ring.push_tap_record({1, Direction::kFromInside, 0, true, 23, 10}));
  EXPECT_TRUE(ring.push_punt({{Port::kInside, 0}, PuntReason::kRule, 0, bytes}));
  EXPECT_TRUE(ring.push_event(event));
  EXPECT_TRUE(ring.push_tap({1, Direction::kFromInside, 1, 0, {}}));
  ring.notify();
  Sink sink;
  EXPECT_EQ(ring.drain(sink, 100), 5U);
  EXPECT_EQ(sink.order, "trpet");
  EXPECT_EQ(sink.last_flow, 77U);
  EXPECT_EQ(sink.last_frame, bytes);
}

TEST(HostRingTest, TapLeavesRoomForPuntsAndPuntsForEvents) {
  HostRing ring(1 << 16);
  const std::vector<uint8_t> bytes(1000, 1);
  while (ring.push_tap({1, Direction::kFromInside, 0, 0, bytes})) {
  }
  size_t punts = 0;
  while (ring.push_punt({{Port::kInside, 0}, PuntReason::kRule, 0, bytes})) {
    ++punts;
  }
  EXPECT_GE(punts, 20U);
  size_t events = 0;
  while (ring.push_event({})) {
    ++events;
  }
  EXPECT_GE(events, 20U);
}

TEST(TimerWheelTest, FiresAfterTheDeadlineAndNotBefore) {
  constexpr uint64_t kTick = TimerWheel::kTickNs;
  TimerWheel wheel(4, 1000 * kTick);
  wheel.arm(0, 1010 * kTick);
  wheel.arm(1, 1010 * kTick + 5);
  wheel.arm(2, 1000 * kTick);
  wheel.arm(3, (1000 + 3 * TimerWheel::kSlots) * kTick);
  std::vector<uint32_t> fired;
  auto fire = [&](uint32_t id) { fired.push_back(id); };
  wheel.advance(1001 * kTick, fire);
  EXPECT_EQ(fired, std::vector<uint32_t>{2});
  wheel.advance(1010 * kTick - 1, fire);
  EXPECT_EQ(fired.size(), 1U);
  wheel.advance(1012 * kTick, fire);
  EXPECT_EQ(fired.size(), 3U);
  wheel.advance((1000 + 2 * TimerWheel::kSlots) * kTick, fire);
  EXPECT_EQ(fired.size(), 3U) << "three turns away";
  wheel.advance((1010 + 3 * TimerWheel::kSlots) * kTick, fire);
  EXPECT_EQ(fired.back(), 3U);
}

TEST(TimerWheelTest, CancelledAndMovedTimersDoNotFireAtTheOldTime) {
  constexpr uint64_t kTick = TimerWheel::kTickNs;
  TimerWheel wheel(3, 0);
  for (uint32_t id = 0; id < 3; ++id) {
    wheel.arm(id, 5 * kTick);
  }
  wheel.cancel(1);
  wheel.arm(2, 50 * kTick);
  std::vector<uint32_t> fired;
  wheel.advance(10 * kTick, [&](uint32_t id) { fired.push_back(id); });
  EXPECT_EQ(fired, std::vector<uint32_t>{0});
  wheel.advance(60 * kTick, [&](uint32_t id) {
    fired.push_back(id);
    if (fired.size() < 4) {
      wheel.arm(id, 61 * kTick);  // may be armed again while firing
    }
  });
  wheel.advance(63 * kTick, [&](uint32_t id) { fired.push_back(id); });
  EXPECT_EQ(fired, (std::vector<uint32_t>{0, 2, 2}));
}

}  // namespace
}  // namespace vitrine::card::soft
