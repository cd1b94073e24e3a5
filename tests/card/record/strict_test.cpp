// Strict mode: nothing of a record leaves before all of it has verified.
#include <gtest/gtest.h>

#include "host/card/soft/record/held_frames.h"
#include "tests/card/record/splice_harness.h"

namespace vitrine::card::soft {
namespace {

using Kind = SpliceVerdict::Kind;

HarnessOptions strict(TlsVersion version = TlsVersion::kTls13) {
  HarnessOptions options;
  options.version = version;
  options.strict = true;
  return options;
}

TEST(Strict, RecordIsHeldUntilItVerifiesAndLeavesInOrder) {
  for (const TlsVersion version : {TlsVersion::kTls12, TlsVersion::kTls13}) {
    SpliceHarness h(strict(version));
    h.append_data(4000);
    const size_t size = h.stream.size();
    EXPECT_EQ(h.send(0, 1000).verdict.kind, Kind::kHeld);
    EXPECT_EQ(h.send(1000, 3000).verdict.kind, Kind::kHeld);
    EXPECT_EQ(h.splicer->held_frames(), 2U);
    EXPECT_EQ(h.stats().packets, 0U);
    const Outcome last = h.send(3000, size);
    EXPECT_EQ(last.verdict.kind, Kind::kSend);
    ASSERT_EQ(h.sink.released.size(), 2U);
    EXPECT_LT(h.sink.released[0].parsed.payload_length, h.sink.released[1].parsed.payload_length);
    EXPECT_EQ(h.stats().packets, 3U);
    h.deliver_released();
    h.deliver(last);
    EXPECT_TRUE(h.reader().data() == h.content);
    EXPECT_EQ(h.splicer->held_frames(), 0U);
  }
}

TEST(Strict, BadRecordLetsNothingOut) {
  SpliceHarness h(strict());
  h.append_data(4000);
  h.stream[2000] ^= 1;
  EXPECT_EQ(h.send(0, 1000).verdict.kind, Kind::kHeld);
  EXPECT_EQ(h.send(1000, 3000).verdict.kind, Kind::kHeld);
  const Outcome last = h.send(3000, h.stream.size());
  EXPECT_TRUE(last.dropped(DropReason::kBadRecord));
  EXPECT_TRUE(last.verdict.closed);
  EXPECT_EQ(h.sink.released.size(), 0U);
  EXPECT_EQ(h.sink.discarded, 2U);
  EXPECT_EQ(h.splicer->held_frames(), 0U);
  EXPECT_EQ(h.pools.free_held_frames(), 104U);
}

TEST(Strict, WholeRecordInAPacketPassesAtOnce) {
  SpliceHarness h(strict());
  h.append_data(500);
  h.append_data(700);
  const Outcome outcome = h.send(0, h.stream.size());
  EXPECT_EQ(outcome.verdict.payload_length, h.stream.size());
}

TEST(Strict, GoodRecordBeforeABadOneInAFrameLeavesAlone) {
  SpliceHarness h(strict());
  h.append_data(500);
  h.append_data(700);
  h.stream.back() ^= 1;
  const Outcome outcome = h.send(0, h.stream.size());
  EXPECT_EQ(outcome.verdict.payload_length, h.records[1].first);
  EXPECT_TRUE(outcome.verdict.closed);
}

TEST(Strict, PacketAcrossTwoRecordsWaitsForBoth) {
  SpliceHarness h(strict());
  h.append_data(1000);
  h.append_data(1000);
  const size_t second = h.records[1].first;
  EXPECT_EQ(h.send(0, 500).verdict.kind, Kind::kHeld);
  EXPECT_EQ(h.send(500, second + 300).verdict.kind, Kind::kHeld);
  EXPECT_EQ(h.sink.released.size(), 1U) << "the first record is whole";
  const Outcome last = h.send(second + 300, h.stream.size());
  EXPECT_EQ(last.verdict.kind, Kind::kSend);
  h.deliver_released();
  h.deliver(last);
  EXPECT_TRUE(h.reader().data() == h.content);
}

TEST(Strict, LaterRecordDoesNotWaitForAnEarlierOneWithAHole) {
  SpliceHarness h(strict());
  h.append_data(3000);
  h.append_data(1000);
  const size_t second = h.records[1].first;
  h.send(0, 1000);
  h.send(2000, second + 40);  // cut before the tag; the header behind it is learned
  const Outcome later = h.send(second, h.stream.size());
  EXPECT_EQ(later.verdict.kind, Kind::kSend);
}

TEST(Strict, RetransmissionOfHeldBytesIsDropped) {
  SpliceHarness h(strict());
  h.append_data(4000);
  h.send(0, 1000);
  EXPECT_TRUE(h.send(0, 1000).dropped(DropReason::kIncompleteRecord));
  EXPECT_EQ(h.splicer->held_frames(), 1U);
}

TEST(Strict, FullStoreDropsAndRecoversByRetransmission) {
  HarnessOptions options = strict();
  options.pools.held_small_frames = 2;
  options.pools.held_large_frames = 0;
  SpliceHarness h(options);
  h.append_data(8000);
  const size_t size = h.stream.size();
  size_t full = 0;
  for (size_t at = 0; at < size; at += 1000) {
    const Outcome outcome = h.send(at, std::min(size, at + 1000));
    full += outcome.dropped(DropReason::kHoldFull) ? 1 : 0;
    h.deliver(outcome);
  }
  h.deliver_released();
  EXPECT_EQ(full, 6U);
  for (size_t at = 0; at < size; at += 1000) {
    h.deliver(h.send(at, std::min(size, at + 1000)));
  }
  EXPECT_TRUE(h.reader().data() == h.content);
}

TEST(Strict, OneDirectionCannotTakeTheWholeStore) {
  HarnessOptions options = strict();
  options.pools.held_small_frames = 4 * HeldFrames::kMaxPerDirection;
  SpliceHarness h(options);
  h.append_data(16'000);
  for (size_t at = 0; at < 200 * 50; at += 50) {
    h.send(at, at + 50);
  }
  EXPECT_EQ(h.splicer->held_frames(), HeldFrames::kMaxPerDirection);
}

TEST(Strict, ZeroizeGivesHeldFramesBack) {
  SpliceHarness h(strict());
  h.append_data(4000);
  h.send(0, 1000);
  EXPECT_EQ(h.splicer->held_frames(), 1U);
  h.splicer->zeroize();
  EXPECT_EQ(h.splicer->held_frames(), 0U);
  EXPECT_EQ(h.pools.free_held_frames(), 104U);
}

}  // namespace
}  // namespace vitrine::card::soft
