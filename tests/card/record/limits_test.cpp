// Bounded memory: holes, records in flight, pools. What is beyond a limit is dropped with its
// reason, and comes through when it is sent again.
#include <gtest/gtest.h>

#include "host/card/soft/record/record_ring.h"
#include "host/card/soft/record/seen_bytes.h"
#include "tests/card/record/splice_harness.h"

namespace vitrine::card::soft {
namespace {

TEST(HoleLimit, FifthHoleIsNotMade) {
  SpliceHarness h;
  h.append_data(16'000);
  h.deliver(h.send(0, 1000));
  for (size_t i = 1; i <= 4; ++i) {
    const Outcome outcome = h.send(2000 * i, 2000 * i + 500);
    ASSERT_TRUE(outcome.sent()) << i;
    h.deliver(outcome);
  }
  EXPECT_TRUE(h.send(10'000, 10'500).dropped(DropReason::kHoleLimit));
  EXPECT_TRUE(h.send(1200, 1300).dropped(DropReason::kHoleLimit)) << "splitting a hole makes one";
  EXPECT_EQ(h.send(8400, 9000).verdict.payload_length, 600U) << "the end may grow";
  h.deliver(h.send(8400, 9000));
  h.deliver(h.send(1000, 2500));
  h.deliver(h.send(10'000, 10'500));
  for (size_t at = 2000; at < h.stream.size(); at += 1400) {
    h.deliver(h.send(at, std::min(h.stream.size(), at + 1400)));
  }
  EXPECT_TRUE(h.reader().data() == h.content);
}

TEST(RingLimit, RecordsBeyondItWaitForAcknowledgements) {
  SpliceHarness h;
  for (size_t i = 0; i < RecordRing::kMaxRecords + 10; ++i) {
    h.append_data(4);
  }
  const size_t limit = h.records[RecordRing::kMaxRecords].first;
  const Outcome cut = h.send(0, h.stream.size());
  EXPECT_EQ(cut.verdict.payload_length, limit);
  EXPECT_TRUE(h.send(limit, h.stream.size()).dropped(DropReason::kRingFull));
  h.deliver(cut);
  h.acknowledge(h.records[5].first);
  EXPECT_EQ(h.send(limit, h.stream.size()).verdict.payload_length, h.records[5].first);
  h.acknowledge(h.records[100].first);
  h.deliver(h.send(limit, h.stream.size()));
  EXPECT_TRUE(h.reader().data() == h.content);
}

TEST(RingLimit, RingTurnsManyTimes) {
  SpliceHarness h;
  for (size_t i = 0; i < 5000; ++i) {
    h.append_data(1);
  }
  for (size_t i = 0; i < 5000; i += 40) {
    const auto [position, size] = h.records[i + 39];
    h.deliver(h.send(h.records[i].first, position + size));
    if (i >= 900) {
      h.acknowledge(h.records[i - 900].first);
    }
  }
  EXPECT_TRUE(h.reader().data() == h.content);
  h.acknowledge(h.stream.size());
  EXPECT_EQ(h.pools.free_record_chunks(), h.options.pools.record_chunks);
}

TEST(RingLimit, MayBeSmaller) {
  HarnessOptions options;
  options.pools.records_in_flight = 4;
  SpliceHarness h(options);
  for (size_t i = 0; i < 6; ++i) {
    h.append_data(4);
  }
  EXPECT_EQ(h.send(0, h.stream.size()).verdict.payload_length, h.records[4].first);
  EXPECT_TRUE(h.send(h.records[4].first, h.stream.size()).dropped(DropReason::kRingFull));
}

TEST(RingLimit, EmptyPoolDropsAndRecovers) {
  HarnessOptions options;
  options.pools.record_chunks = 1;
  SpliceHarness h(options);
  for (size_t i = 0; i < 64; ++i) {
    h.append_data(4);
  }
  const Outcome cut = h.send(0, h.stream.size());
  EXPECT_EQ(cut.verdict.payload_length, h.records[32].first);
  h.deliver(cut);
  EXPECT_TRUE(h.send(h.records[32].first, h.stream.size()).dropped(DropReason::kRingFull));
  h.acknowledge(h.received());
  h.deliver(h.send(h.records[32].first, h.stream.size()));
  EXPECT_TRUE(h.reader().data() == h.content);
}

TEST(RecordRing, FindsEveryByteOfManyRecords) {
  RecordChunkPool pool(32, RecordRing::kMaxRecords);
  RecordRing ring(pool);
  Sequence at = 0xffff0000;
  for (size_t i = 0; i < RecordRing::kMaxRecords; ++i) {
    ASSERT_TRUE(ring.can_push());
    RecordSlot& slot = ring.push();
    slot.begin = at;
    slot.size = static_cast<uint16_t>(22 + i % 700);
    at = slot.end();
  }
  EXPECT_FALSE(ring.can_push());
  for (size_t i = 0; i < ring.size(); ++i) {
    EXPECT_EQ(ring.find(ring.at(i).begin), i);
    EXPECT_EQ(ring.find(ring.at(i).end() - 1), i);
  }
  ring.clear();
  EXPECT_EQ(pool.available(), 32U);
}

TEST(RecordRing, GoesRoundWithoutLosingChunks) {
  RecordChunkPool pool(40, RecordRing::kMaxRecords);
  RecordRing ring(pool);
  test::Random random(1);
  uint16_t pushed = 0;
  uint16_t popped = 0;
  for (int i = 0; i < 20'000; ++i) {
    if (random() % 100 < 55 && ring.can_push()) {
      ring.push().seen = pushed++;
    } else if (!ring.empty()) {
      ASSERT_EQ(ring.front().seen, popped++);
      ring.pop();
    }
    ASSERT_EQ(ring.empty(), pushed == popped);
  }
  ring.clear();
  EXPECT_EQ(pool.available(), 40U);
}

// Against a plain bitmap, across the wrap.
TEST(SeenBytes, AgreesWithABitmap) {
  test::Random random(9);
  for (int round = 0; round < 300; ++round) {
    const Sequence start = 0xffffff80;
    SeenBytes seen(start);
    std::vector<bool> bitmap(400, false);
    size_t forgotten = 0;
    for (int step = 0; step < 60; ++step) {
      const size_t from = test::random_in(random, forgotten, 390);
      const size_t to = from + test::random_in(random, 1, 10) * (random() % 4 == 0 ? 5 : 1);
      if (to > bitmap.size()) {
        continue;
      }
      std::vector<bool> after = bitmap;
      uint64_t expected = 0;
      for (size_t i = from; i < to; ++i) {
        expected += after[i] ? 0 : 1;
        after[i] = true;
      }
      const auto last = std::find(after.rbegin(), after.rend(), true);
      const auto high = static_cast<size_t>(after.rend() - last);
      size_t holes = 0;
      for (size_t i = forgotten; i < high; ++i) {
        holes += !after[i] && (i == forgotten || after[i - 1]) ? 1 : 0;
      }
      uint64_t fresh = 0;
      const bool added =
          seen.add(start + static_cast<Sequence>(from), start + static_cast<Sequence>(to), fresh);
      ASSERT_EQ(added, holes <= SeenBytes::kMaxHoles);
      if (added) {
        bitmap = after;
        ASSERT_EQ(fresh, expected);
        ASSERT_EQ(seen.high(), start + static_cast<Sequence>(high));
        ASSERT_EQ(seen.holes(), holes);
      } else {
        ASSERT_EQ(fresh, 0U);
      }
      for (size_t i = forgotten; i < bitmap.size(); ++i) {
        const auto at = start + static_cast<Sequence>(i);
        ASSERT_EQ(seen.run_at(at, at + 1).fresh, !bitmap[i]);
      }
      if (random() % 10 == 0) {
        forgotten = std::max(
            forgotten, std::min(from, static_cast<size_t>(sequence_distance(seen.high(), start))));
        seen.forget_before(start + static_cast<Sequence>(forgotten));
      }
    }
  }
}

TEST(SeenBytes, RunsAreAsLongAsTheyCanBe) {
  SeenBytes seen(100);
  uint64_t fresh = 0;
  ASSERT_TRUE(seen.add(100, 110, fresh));
  ASSERT_TRUE(seen.add(120, 130, fresh));
  EXPECT_EQ(seen.run_at(105, 200).end, 110U);
  EXPECT_EQ(seen.run_at(110, 200).end, 120U);
  EXPECT_TRUE(seen.run_at(112, 200).fresh);
  EXPECT_EQ(seen.run_at(120, 200).end, 130U);
  EXPECT_EQ(seen.run_at(130, 200).end, 200U);
}

}  // namespace
}  // namespace vitrine::card::soft
