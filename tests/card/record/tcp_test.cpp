// TCP around the records: numbers, options, acknowledgements, FIN, RST, and what cannot be spliced.
// Both address families.
#include <gtest/gtest.h>

#include "tests/card/record/splice_harness.h"

namespace vitrine::card::soft {
namespace {

constexpr uint32_t kBackFirst = 5000;  // the harness's other direction
constexpr uint32_t kBackDelta = 0x01010101;

class Tcp : public testing::TestWithParam<bool> {
 protected:
  HarnessOptions options() const {
    HarnessOptions options;
    options.ipv6 = GetParam();
    options.timestamp_delta = 1000;
    return options;
  }
};

INSTANTIATE_TEST_SUITE_P(Families, Tcp, testing::Bool(),
                         [](const auto& v6) { return v6.param ? "Ipv6" : "Ipv4"; });

TEST_P(Tcp, NumbersOptionsAndSackEdgesMove) {
  SpliceHarness h(options());
  SegmentSpec spec;
  spec.sequence = kBackFirst;
  spec.acknowledgement = h.out_sequence(0);
  spec.timestamps = {100, 5000};
  spec.sack = {{h.out_sequence(10), h.out_sequence(20)}, {h.out_sequence(30), h.out_sequence(40)}};
  const Outcome back = h.process(SpliceHarness::kBack, spec);
  ASSERT_TRUE(back.sent());
  EXPECT_EQ(back.acknowledgement, h.in_sequence(0));
  const uint8_t* options_at = back.frame.data() + (GetParam() ? 54 : 34) + 20;
  EXPECT_EQ(load_be32(options_at + 4), 107U);
  EXPECT_EQ(load_be32(options_at + 8), 4000U);
  EXPECT_EQ(load_be32(options_at + 16), h.in_sequence(10));
  EXPECT_EQ(load_be32(options_at + 20), h.in_sequence(20));
  EXPECT_EQ(load_be32(options_at + 24), h.in_sequence(30));
  EXPECT_EQ(load_be32(options_at + 28), h.in_sequence(40));
}

TEST_P(Tcp, WithoutAckTheAcknowledgementFieldsStay) {
  SpliceHarness h(options());
  SegmentSpec spec;
  spec.sequence = kBackFirst;
  spec.acknowledgement = 0;
  spec.flags = kRst;
  spec.timestamps = {100, 0};
  const Outcome back = h.process(SpliceHarness::kBack, spec);
  EXPECT_EQ(back.acknowledgement, 0U);
  EXPECT_EQ(load_be32(back.frame.data() + back.frame.size() - 4), 0U);
}

TEST_P(Tcp, CutSegmentLosesFinAndPushAndItsLengthFollows) {
  SpliceHarness h(options());
  h.append_data(2000);
  h.deliver(h.send(0, 500));
  const Outcome cut = h.send(600, h.stream.size(), kFin | kPsh);  // the harness checks lengths
  ASSERT_TRUE(cut.sent());
  EXPECT_EQ(cut.flags, kAck);
}

TEST_P(Tcp, SynWithoutDataPassesMovedWithDataNot) {
  SpliceHarness h(options());
  SegmentSpec spec;
  spec.sequence = h.in_sequence(77);
  spec.flags = kSyn;
  EXPECT_TRUE(h.process(SpliceHarness::kData, spec).sent());
  const ByteVector data = {1};
  spec.payload = data;
  EXPECT_TRUE(h.process(SpliceHarness::kData, spec).dropped(DropReason::kUnsplicable));
}

TEST_P(Tcp, UrgentDataIsRefused) {
  SpliceHarness h(options());
  h.append_data(10);
  EXPECT_TRUE(h.send(0, 10, kUrg).dropped(DropReason::kUnsplicable));
  EXPECT_TRUE(h.send(0, h.stream.size()).sent());
}

TEST_P(Tcp, RstClosesWhereItsReceiverTakesIt) {
  for (const size_t at : {size_t{0}, size_t{1}, size_t{200}, size_t{1021}, size_t{1022}}) {
    SpliceHarness h(options());
    h.append_data(1000);
    ASSERT_EQ(h.stream.size(), 1022U);
    h.deliver(h.send(0, h.stream.size()));
    SegmentSpec spec;
    spec.sequence = h.in_sequence(at);
    spec.flags = kRst;
    const Outcome rst = h.process(SpliceHarness::kData, spec);
    ASSERT_TRUE(rst.sent());
    EXPECT_EQ(rst.verdict.closed, at == 0 || at == 1022) << at;
    if (rst.verdict.closed) {
      EXPECT_EQ(rst.verdict.close_reason, CloseReason::kReset);
    }
    EXPECT_EQ(h.send(0, h.stream.size()).dropped(DropReason::kFlowDead), rst.verdict.closed)
        << "what was not acknowledged cannot be sent again";
  }
}

TEST_P(Tcp, TextOfAnRstStaysHere) {
  SpliceHarness h(options());
  SegmentSpec spec;
  spec.sequence = h.in_sequence(0);
  spec.flags = kRst | kAck;
  const ByteVector text(20, 'x');
  spec.payload = text;
  const Outcome rst = h.process(SpliceHarness::kData, spec);
  ASSERT_TRUE(rst.sent());
  EXPECT_EQ(rst.verdict.payload_length, 0U);
  EXPECT_TRUE(rst.verdict.closed);
}

Outcome back_segment(SpliceHarness& h, uint8_t flags, uint32_t sequence, size_t acknowledged) {
  SegmentSpec spec;
  spec.sequence = sequence;
  spec.acknowledgement = h.out_sequence(acknowledged);
  spec.flags = flags;
  return h.process(SpliceHarness::kBack, spec);
}

Outcome data_ack(SpliceHarness& h, uint32_t back_acknowledged, size_t position) {
  SegmentSpec spec;
  spec.sequence = h.in_sequence(position);
  spec.acknowledgement = back_acknowledged + kBackDelta;
  return h.process(SpliceHarness::kData, spec);
}

TEST_P(Tcp, BothFinsAcknowledgedClose) {
  SpliceHarness h(options());
  h.append_data(300);
  const size_t size = h.stream.size();
  h.deliver(h.send(0, size, kFin));
  Outcome outcome = back_segment(h, kAck, kBackFirst, size + 1);
  EXPECT_FALSE(outcome.verdict.closed) << "half closed";
  outcome = back_segment(h, kAck | kFin, kBackFirst, size + 1);
  EXPECT_FALSE(outcome.verdict.closed);
  outcome = data_ack(h, kBackFirst + 1, size + 1);
  ASSERT_TRUE(outcome.sent());
  EXPECT_TRUE(outcome.verdict.closed);
  EXPECT_EQ(outcome.verdict.close_reason, CloseReason::kFin);
  // The ends may still repeat themselves.
  h.acknowledged = size;
  EXPECT_TRUE(back_segment(h, kAck | kFin, kBackFirst, size + 1).sent());
  EXPECT_TRUE(data_ack(h, kBackFirst + 1, size + 1).sent());
  const Outcome old = h.send(100, size);
  EXPECT_EQ(old.verdict.payload_length, size - 100);
  EXPECT_EQ(old.payload[0], 0);
  EXPECT_FALSE(old.verdict.closed) << "once";
  h.append_data(10);
  EXPECT_TRUE(h.send(size + 1, h.stream.size()).dropped(DropReason::kFlowDead));
  EXPECT_FALSE(h.install_next().is_ok());
}

TEST_P(Tcp, FinInACutSegmentDoesNotCount) {
  SpliceHarness h(options());
  h.append_data(2000);
  const size_t size = h.stream.size();
  h.deliver(h.send(0, 500));
  h.send(600, size, kFin);
  back_segment(h, kAck | kFin, kBackFirst, size + 1);
  EXPECT_FALSE(data_ack(h, kBackFirst + 1, size).verdict.closed);
  h.deliver(h.send(500, size, kFin));
  EXPECT_TRUE(back_segment(h, kAck, kBackFirst + 1, size + 1).verdict.closed);
}

TEST_P(Tcp, DataMayStillFlowAfterTheOtherSideFinished) {
  SpliceHarness h(options());
  h.append_data(300);
  back_segment(h, kAck | kFin, kBackFirst, 0);
  data_ack(h, kBackFirst + 1, 0);
  h.deliver(h.send(0, h.stream.size()));
  EXPECT_TRUE(h.reader().data() == h.content);
}

TEST_P(Tcp, AcknowledgementsOutsideWhatWasSentChangeNothing) {
  SpliceHarness h(options());
  h.append_data(300);
  h.append_data(300);
  h.deliver(h.send(0, h.records[1].first));
  for (const size_t bogus :
       {h.records[1].first + 1, h.stream.size(), size_t{100'000'000}, static_cast<size_t>(-5)}) {
    EXPECT_TRUE(back_segment(h, kAck, kBackFirst, bogus).sent());
    const Outcome again = h.send(0, 100);
    EXPECT_EQ(again.payload[0], h.stream[0]) << "still known: " << bogus;
    EXPECT_EQ(h.splicer->stats().directions[0].last_acknowledgement, h.out_sequence(0));
  }
  back_segment(h, kAck, kBackFirst, h.records[1].first);
  EXPECT_EQ(h.splicer->stats().directions[0].last_acknowledgement,
            h.out_sequence(h.records[1].first));
}

TEST_P(Tcp, StatsCountWireSegmentsAndNewBytesOnce) {
  SpliceHarness h(options());
  h.append_data(6000);
  const size_t size = h.stream.size();
  h.deliver(h.send(0, size, 0, 1460));
  EXPECT_EQ(h.stats().packets, 5U);
  EXPECT_EQ(h.stats().payload_bytes, size);
  EXPECT_EQ(h.stats().bytes, size + 5 * (GetParam() ? 74 : 54));
  h.send(0, 1000);
  data_ack(h, kBackFirst, size);
  EXPECT_EQ(h.stats().packets, 7U);
  EXPECT_EQ(h.stats().payload_bytes, size + 1000);
  EXPECT_EQ(h.stats().new_payload_bytes, size);
  EXPECT_EQ(h.stats().records, 1U);
  EXPECT_EQ(h.stats().next_sequence, h.in_sequence(size));
}

}  // namespace
}  // namespace vitrine::card::soft
