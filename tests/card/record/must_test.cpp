// The properties that architecture says a record engine must have, a named test each.
#include <set>

#include <gtest/gtest.h>

#include "tests/card/record/splice_harness.h"

namespace vitrine::card::soft {
namespace {

class Must : public testing::TestWithParam<TlsVersion> {
 protected:
  HarnessOptions options() const {
    HarnessOptions options;
    options.version = GetParam();
    return options;
  }
  size_t header() const { return GetParam() == TlsVersion::kTls13 ? 5 : 13; }
};

INSTANTIATE_TEST_SUITE_P(Versions, Must, testing::Values(TlsVersion::kTls12, TlsVersion::kTls13),
                         [](const auto& version) {
                           return version.param == TlsVersion::kTls12 ? "Tls12" : "Tls13";
                         });

// One nonce, one tag.

TEST_P(Must, TagOfARecordWithAHoleDoesNotLeave) {
  SpliceHarness h(options());
  h.append_data(4000);
  const size_t size = h.stream.size();
  ASSERT_TRUE(h.send(0, 1000).sent());
  const Outcome last = h.send(2000, size);
  ASSERT_TRUE(last.sent());
  EXPECT_EQ(last.verdict.payload_length, size - 16 - 2000);
  EXPECT_TRUE(h.send(size - 16, size).dropped(DropReason::kIncompleteRecord));
  EXPECT_TRUE(h.send(size - 3, size).dropped(DropReason::kIncompleteRecord));
  ASSERT_TRUE(h.send(1000, 2000).sent());
  EXPECT_EQ(h.send(size - 16, size).verdict.payload_length, 16U);
}

TEST_P(Must, ChangedRetransmissionBringsOutNoSecondTag) {
  SpliceHarness h(options());
  h.append_data(3000);
  const size_t size = h.stream.size();
  h.deliver(h.send(0, 1500));
  h.deliver(h.send(1500, size));
  const std::vector<int> tag(h.left.end() - 16, h.left.end());
  ByteVector changed = h.stream;
  for (uint8_t& byte : changed) {
    byte ^= 0x40;
  }
  // Straight to the engine: the harness would take the changed ciphertext for a fault.
  SegmentSpec spec;
  spec.sequence = h.in_sequence(0);
  spec.payload = changed;
  Segment segment = make_segment(spec);
  const auto verdict = h.splicer->process(SpliceHarness::kData, MutableBytes(segment.frame),
                                          segment.parsed, 0, h.sink);
  ASSERT_EQ(verdict.kind, SpliceVerdict::Kind::kSend);
  EXPECT_FALSE(verdict.closed);
  EXPECT_EQ(std::vector<int>(segment.frame.end() - 16, segment.frame.end()), tag);
  for (size_t i = 0; i < header(); ++i) {
    EXPECT_EQ(segment.frame[segment.parsed.payload + i], h.left[i]) << "header byte " << i;
  }
}

TEST_P(Must, ChangedRetransmissionBeforeTheTagStillGivesTheTagOfTheFirstBytes) {
  SpliceHarness h(options());
  h.append_data(3000);
  const size_t size = h.stream.size();
  h.deliver(h.send(0, 1500));
  SegmentSpec spec;
  spec.sequence = h.in_sequence(100);
  const ByteVector other = test::random_bytes(h.random, 1000);
  spec.payload = other;
  Segment segment = make_segment(spec);
  h.splicer->process(SpliceHarness::kData, MutableBytes(segment.frame), segment.parsed, 0, h.sink);
  h.deliver(h.send(1500, size));
  EXPECT_EQ(h.received(), size);
  EXPECT_TRUE(h.reader().data() == h.content);
}

TEST_P(Must, SplitTagSendsItsFirstPartEarly) {
  for (size_t first = 1; first < 16; ++first) {
    SpliceHarness h(options());
    h.append_data(200);
    const size_t size = h.stream.size();
    const size_t split = size - 16 + first;
    const Outcome early = h.send(0, split);
    ASSERT_EQ(early.verdict.payload_length, split);
    EXPECT_EQ(h.stats().records, 0U);
    h.deliver(early);
    h.deliver(h.send(split, size));
    EXPECT_EQ(h.stats().records, 1U);
    EXPECT_TRUE(h.reader().data() == h.content);
  }
}

TEST_P(Must, MismatchInTheRestOfASplitTagSpoilsItAndKillsTheFlow) {
  SpliceHarness h(options());
  h.append_data(200);
  const size_t size = h.stream.size();
  h.stream[size - 1] ^= 1;
  h.deliver(h.send(0, size - 8));
  const Outcome rest = h.send(size - 8, size);
  EXPECT_TRUE(rest.dropped(DropReason::kBadRecord));
  EXPECT_TRUE(rest.verdict.closed);
  EXPECT_EQ(rest.verdict.close_reason, CloseReason::kBadRecord);
  EXPECT_TRUE(h.send(size - 8, size).dropped(DropReason::kFlowDead));
}

TEST_P(Must, FirstPartOfASplitTagLeavesOnlyWhereItMatches) {
  SpliceHarness h(options());
  h.append_data(200);
  const size_t size = h.stream.size();
  h.stream[size - 16] ^= 1;
  const Outcome outcome = h.send(0, size - 8);
  EXPECT_TRUE(outcome.dropped(DropReason::kBadRecord));
  EXPECT_TRUE(outcome.verdict.closed);
}

// A retransmitted byte leaves as it left the first time, or not at all. (The harness compares each
// byte.)

TEST_P(Must, RetransmittedBytesLeaveAsTheyLeftFirst) {
  SpliceHarness h(options());
  h.append_random(60'000, 9'000);
  for (size_t at = 0; at < h.stream.size(); at += 1000) {
    h.deliver(h.send(at, std::min(h.stream.size(), at + 1000)));
  }
  for (int i = 0; i < 2000; ++i) {
    const size_t from = test::random_in(h.random, 0, h.stream.size() - 1);
    const size_t to = std::min(h.stream.size(), from + test::random_in(h.random, 1, 3000));
    const Outcome again = h.send(from, to);
    ASSERT_TRUE(again.sent());
    ASSERT_EQ(again.verdict.payload_length, to - from);
  }
  EXPECT_EQ(h.stats().new_payload_bytes, h.stream.size());
}

TEST_P(Must, RetransmittedHeaderWithOtherLengthLeavesAsStored) {
  SpliceHarness h(options());
  h.append_data(2000);
  h.deliver(h.send(0, 1000));
  ByteVector changed(h.stream.begin(), h.stream.begin() + 1000);
  changed[3] ^= 0x0f;
  const Outcome again = h.send_bytes(0, changed);
  EXPECT_EQ(again.verdict.payload_length, 1000U);
}

// A record that lies within one packet is verified before any byte of it leaves.

TEST_P(Must, RecordInOnePacketIsVerifiedBeforeAnyByteLeaves) {
  SpliceHarness h(options());
  h.append_data(700);
  const size_t size = h.stream.size();
  for (const size_t flip : {header(), size / 2, size - 17, size - 16, size - 1}) {
    SpliceHarness bad(options());
    bad.append_data(700);
    bad.stream[flip] ^= 0x80;
    const Outcome outcome = bad.send(0, size);
    EXPECT_TRUE(outcome.dropped(DropReason::kBadRecord)) << flip;
    EXPECT_TRUE(outcome.verdict.closed);
    EXPECT_EQ(outcome.verdict.close_reason, CloseReason::kBadRecord);
    EXPECT_EQ(outcome.verdict.record, bad.options.first_record);
  }
}

TEST_P(Must, BadRecordInACoalescedFrameIsCutOffWithAllThatFollows) {
  SpliceHarness h(options());
  h.append_data(5000);
  h.append_data(6000);
  h.append_data(7000);
  h.stream[h.records[1].first + 300] ^= 1;
  const Outcome outcome = h.send(0, h.stream.size(), kPsh, 1460);
  ASSERT_TRUE(outcome.sent());
  EXPECT_EQ(outcome.verdict.payload_length, h.records[1].first);
  EXPECT_TRUE(outcome.verdict.closed);
  EXPECT_EQ(outcome.verdict.record, h.options.first_record + 1);
  h.deliver(outcome);
  EXPECT_EQ(h.reader().records().size(), 1U);
  EXPECT_TRUE(h.send(h.records[2].first, h.stream.size()).dropped(DropReason::kFlowDead));
}

TEST_P(Must, PlaintextOfABadRecordDoesNotStayInTheFrame) {
  SpliceHarness h(options());
  h.append_data(3000);
  const ByteVector good = h.content;
  h.stream.back() ^= 1;
  SegmentSpec spec;
  spec.sequence = h.in_sequence(0);
  spec.payload = h.stream;
  Segment segment = make_segment(spec);
  h.splicer->process(SpliceHarness::kData, MutableBytes(segment.frame), segment.parsed, 0, h.sink);
  const Bytes rest = Bytes(segment.frame).subspan(segment.parsed.payload);
  EXPECT_EQ(std::count(rest.begin(), rest.end(), 0), static_cast<ptrdiff_t>(rest.size()));
}

// A longer record is released as it comes; if its tag fails, the outgoing tag is spoiled and
// nothing after it leaves.

TEST_P(Must, LongRecordLeavesAsItComes) {
  SpliceHarness h(options());
  h.append_data(16'000);
  const Outcome outcome = h.send(0, 1460);
  EXPECT_TRUE(outcome.sent());
  EXPECT_EQ(outcome.verdict.payload_length, 1460U);
}

TEST_P(Must, LongRecordWithABadTagNeverBecomesAValidRecord) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    HarnessOptions wanted = options();
    wanted.seed = seed;
    SpliceHarness h(wanted);
    h.append_data(500);
    h.append_data(9000);
    h.append_data(500);
    const auto [position, size] = h.records[1];
    h.stream[position + test::random_in(h.random, header(), size - 1)] ^=
        static_cast<uint8_t>(1U << h.random() % 8);
    bool closed = false;
    for (size_t at = 0; at < h.stream.size();) {
      const size_t to = std::min(h.stream.size(), at + test::random_in(h.random, 1, 1460));
      const Outcome outcome = h.send(at, to);
      if (closed) {
        ASSERT_TRUE(outcome.dropped(DropReason::kFlowDead));
      }
      closed = closed || outcome.verdict.closed;
      h.deliver(outcome);
      at = to;
    }
    EXPECT_TRUE(closed);
    EXPECT_EQ(h.reader().records().size(), 1U) << "the record before it, and no other";
    EXPECT_LT(h.received(), position + size);
  }
}

TEST_P(Must, BadRecordStopsBothDirections) {
  SpliceHarness h(options());
  h.append_data(100);
  h.stream.back() ^= 1;
  ASSERT_TRUE(h.send(0, h.stream.size()).verdict.closed);
  EXPECT_TRUE(h.acknowledge(0).dropped(DropReason::kFlowDead));
}

// Keys are zeroized.

TEST_P(Must, NothingPassesAfterZeroize) {
  SpliceHarness h(options());
  h.append_data(100);
  h.splicer->zeroize();
  EXPECT_TRUE(h.send(0, h.stream.size()).dropped(DropReason::kFlowDead));
  EXPECT_FALSE(h.install_next().is_ok());
  EXPECT_EQ(h.pools.free_record_chunks(), h.options.pools.record_chunks);
}

// Order does not matter.

TEST_P(Must, BytesOfAKnownRecordPassInAnyOrder) {
  SpliceHarness h(options());
  h.append_data(8000);
  const size_t size = h.stream.size();
  for (const auto& [from, to] : std::vector<std::pair<size_t, size_t>>{
           {0, 100}, {5003, 6001}, {3017, 4003}, {1, 50}, {6001, 7777}, {100, 3017}}) {
    const Outcome outcome = h.send(from, to);
    ASSERT_EQ(outcome.verdict.payload_length, to - from);
    h.deliver(outcome);
  }
  h.deliver(h.send(4003, 5003));
  h.deliver(h.send(7777, size));
  EXPECT_TRUE(h.reader().data() == h.content);
}

TEST_P(Must, BytesPastAnUnseenHeaderWait) {
  SpliceHarness h(options());
  h.append_data(1000);
  h.append_data(1000);
  const size_t second = h.records[1].first;
  EXPECT_TRUE(h.send(second, second + 100).dropped(DropReason::kUnseenHeader));
  h.deliver(h.send(0, second));
  EXPECT_TRUE(h.send(second + 1, second + 100).dropped(DropReason::kUnseenHeader));
  h.deliver(h.send(second, h.stream.size()));
  EXPECT_TRUE(h.reader().data() == h.content);
}

TEST_P(Must, HeaderBehindACutIsLearned) {
  SpliceHarness h(options());
  h.append_data(3000);
  h.append_data(3000);
  const size_t second = h.records[1].first;
  ASSERT_TRUE(h.send(0, 1000).sent());
  // The packet with the record's end and the next header is cut before the tag: 1000..1500 is
  // missing.
  const Outcome cut = h.send(1500, second + 500, kPsh);
  EXPECT_EQ(cut.verdict.payload_length, second - 16 - 1500);
  // What follows is of use all the same.
  EXPECT_TRUE(h.send(second + 500, second + 1000).sent());
  h.deliver(h.send(0, 1500));
  h.deliver(h.send(1500, second + 500));
  h.deliver(h.send(second + 500, h.stream.size()));
  EXPECT_TRUE(h.reader().data() == h.content);
}

TEST_P(Must, AcknowledgedBytesLeaveBlank) {
  SpliceHarness h(options());
  h.append_data(500);
  h.append_data(500);
  const size_t second = h.records[1].first;
  h.deliver(h.send(0, h.stream.size()));
  h.acknowledge(second);
  const Outcome again = h.send(0, h.stream.size());
  ASSERT_EQ(again.verdict.payload_length, h.stream.size());
  for (size_t i = 0; i < second; ++i) {
    ASSERT_EQ(again.payload[i], 0);
  }
  const Outcome before = h.send_bytes(static_cast<size_t>(-1), ByteVector{0x55});
  ASSERT_TRUE(before.sent());
  EXPECT_EQ(before.payload[0], 0);
}

TEST_P(Must, KeepAliveProbePassesAtAnyPlace) {
  SpliceHarness h(options());
  EXPECT_TRUE(h.send_bytes(static_cast<size_t>(-1), ByteVector{0}).sent());
  h.append_data(500);
  h.deliver(h.send(0, h.stream.size()));
  EXPECT_TRUE(h.send_bytes(h.stream.size() - 1, ByteVector{0}).sent());
  h.acknowledge(h.stream.size());
  EXPECT_TRUE(h.send_bytes(h.stream.size() - 1, ByteVector{0}).sent());
}

}  // namespace
}  // namespace vitrine::card::soft
