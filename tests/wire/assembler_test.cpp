#include "host/wire/assembler.h"

#include <algorithm>
#include <deque>
#include <numeric>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "host/wire/hello_keeper.h"
#include "tests/support/packet_builder.h"

namespace vitrine::wire {
namespace {

using test::PacketBuilder;

constexpr uint32_t kFirst = 0xfffffff0;  // so that every test crosses the wrap

// More than any test holds.
HoldBudget& budget() {
  static HoldBudget plenty(1U << 30);
  return plenty;
}

std::string letters(size_t size) {
  std::string text(size, ' ');
  for (size_t i = 0; i < size; ++i) {
    text[i] = static_cast<char>('a' + i % 23);
  }
  return text;
}

Status add(Assembler& assembler, size_t offset, std::string_view text, uint8_t extra_flags = 0) {
  const auto frame = PacketBuilder()
                         .sequence(kFirst + static_cast<uint32_t>(offset))
                         .flags(kAck | extra_flags)
                         .payload(text)
                         .build();
  const auto packet = parse_frame(frame, card::Port::kInside);
  EXPECT_TRUE(packet);
  return assembler.add(*packet, 0);
}

TEST(AssemblerTest, EveryCutInBothOrdersGivesTheSameBytes) {
  const std::string hello = letters(517);
  for (size_t at = 0; at <= hello.size(); ++at) {
    for (const bool swapped : {false, true}) {
      Assembler assembler(kFirst, budget());
      if (swapped) {
        EXPECT_TRUE(add(assembler, at, hello.substr(at)));
        EXPECT_TRUE(add(assembler, 0, hello.substr(0, at)));
      } else {
        EXPECT_TRUE(add(assembler, 0, hello.substr(0, at)));
        EXPECT_TRUE(add(assembler, at, hello.substr(at)));
      }
      EXPECT_EQ(as_text(assembler.contiguous()), hello) << at;
      EXPECT_EQ(assembler.next_sequence(), kFirst + 517);
    }
  }
}

TEST(AssemblerTest, ShuffledOverlappingSegmentsOf64KiBAssemble) {
  const std::string hello = letters(65536);
  std::mt19937 random(7);
  std::vector<std::pair<size_t, size_t>> cuts;
  for (size_t at = 0; at < hello.size(); at += 1000) {
    cuts.emplace_back(at, std::min<size_t>(1300, hello.size() - at));
  }
  std::shuffle(cuts.begin(), cuts.end(), random);
  Assembler assembler(kFirst, budget());
  for (const auto& [at, size] : cuts) {
    ASSERT_TRUE(add(assembler, at, std::string_view(hello).substr(at, size)));
  }
  EXPECT_EQ(as_text(assembler.contiguous()), hello);
}

TEST(AssemblerTest, FirstCopyOfAByteWins) {
  Assembler assembler(kFirst, budget());
  EXPECT_TRUE(add(assembler, 4, "EFGH"));
  EXPECT_TRUE(add(assembler, 2, "xxxxxxxx"));
  EXPECT_TRUE(add(assembler, 0, "yyyyyyyyyyyy"));
  EXPECT_EQ(as_text(assembler.contiguous()), "yyxxEFGHxxyy");
}

TEST(AssemblerTest, HoleStopsTheContiguousBytes) {
  Assembler assembler(kFirst, budget());
  EXPECT_TRUE(add(assembler, 0, "abc"));
  EXPECT_TRUE(add(assembler, 5, "fgh"));
  EXPECT_EQ(as_text(assembler.contiguous()), "abc");
  EXPECT_TRUE(add(assembler, 3, "de"));
  EXPECT_EQ(as_text(assembler.contiguous()), "abcdefgh");
  EXPECT_EQ(assembler.frames().size(), 3U);
}

TEST(AssemblerTest, BytesBeforeTheFirstAreIgnored) {
  Assembler assembler(kFirst, budget());
  EXPECT_TRUE(add(assembler, static_cast<size_t>(-1), "X"));  // a keep-alive
  EXPECT_TRUE(add(assembler, static_cast<size_t>(-3), "XXXabc"));
  EXPECT_TRUE(add(assembler, static_cast<size_t>(-300), "far"));
  EXPECT_EQ(as_text(assembler.contiguous()), "abc");
}

TEST(AssemblerTest, FinishedOnlyWhenTheFinIsNext) {
  Assembler assembler(kFirst, budget());
  EXPECT_TRUE(add(assembler, 3, "de", kFin));
  EXPECT_FALSE(assembler.finished());
  EXPECT_TRUE(add(assembler, 0, "abc"));
  EXPECT_TRUE(assembler.finished());
}

TEST(AssemblerTest, MoreThanAHelloMayHaveIsRefused) {
  Assembler assembler(kFirst, budget());
  EXPECT_TRUE(add(assembler, kMaxHelloBytes - 3, "abc"));
  EXPECT_EQ(add(assembler, kMaxHelloBytes - 2, "abc").code(), Code::kExhausted);
  EXPECT_EQ(add(assembler, 1U << 30, "abc").code(), Code::kExhausted);
}

TEST(AssemblerTest, FramesThatRepeatAreBoundedToo) {
  Assembler assembler(kFirst, budget());
  const std::string text = letters(1400);
  size_t kept = 0;
  while (add(assembler, 0, text) && kept < 10'000) {
    ++kept;
  }
  EXPECT_LT(kept, 200U);
  EXPECT_LE(assembler.frames().bytes(), 2 * kMaxHelloBytes);
}

// A connection with everything negotiated, for acknowledgements.
TEST(HoldBudgetTest, AllAssemblersTogetherStayWithinIt) {
  HoldBudget small(40'000);
  std::deque<Assembler> assemblers;
  const std::string segment = letters(1000);
  size_t kept = 0;
  for (int i = 0; i < 50; ++i) {
    assemblers.emplace_back(kFirst, small);
    const Status status = add(assemblers.back(), 0, segment);
    EXPECT_TRUE(status || status.code() == Code::kUnavailable) << status.to_string();
    EXPECT_EQ(assemblers.back().contiguous().size(), status ? segment.size() : 0U);
    kept += status ? 1 : 0;
    EXPECT_LE(small.used(), small.limit());
  }
  EXPECT_GE(kept, 10U);
  EXPECT_LT(kept, 40U) << "frames and bytes are counted, not bytes alone";
  assemblers.pop_front();
  EXPECT_TRUE(add(assemblers.back(), 0, segment)) << "what one gave back, another may take";
  assemblers.clear();
  EXPECT_EQ(small.used(), 0U);
}

TEST(HoldBudgetTest, AByteFarAheadCostsWhatItTakes) {
  HoldBudget small(40'000);
  Assembler assembler(kFirst, small);
  EXPECT_EQ(add(assembler, 60'000, "x").code(), Code::kUnavailable);
  EXPECT_EQ(small.used(), 0U);
  EXPECT_TRUE(assembler.frames().empty());
}

TEST(HoldBudgetTest, RefusedFramesCostNothing) {
  Assembler assembler(kFirst, budget());
  const size_t before = budget().used();
  EXPECT_EQ(add(assembler, kMaxHelloBytes, "x").code(), Code::kExhausted);
  EXPECT_EQ(budget().used(), before);
}

class EarlyAckTest : public testing::TestWithParam<bool> {
 protected:
  EarlyAckTest() {
    const auto syn =
        client().syn(kFirst - 1).window(64240).mss(1460).timestamps(50, 0).window_scale(7).build();
    opening_ = *Opening::from_syn(*parse_frame(syn, card::Port::kInside));
    (void)opening_->on_packet(*parse_frame(syn, card::Port::kInside));
    const auto syn_ack = client()
                             .reply()
                             .syn_ack(9000, kFirst)
                             .window(65160)
                             .mss(1000)
                             .timestamps(70, 50)
                             .window_scale(7)
                             .build();
    (void)opening_->on_packet(*parse_frame(syn_ack, card::Port::kOutside));
    EXPECT_TRUE(opening_->established());
  }
  PacketBuilder client() const {
    return GetParam() ? PacketBuilder().from("2001:db8::1", 40000).to("2001:db8::2", 443)
                      : PacketBuilder();
  }
  void server_acks(HelloKeeper& keeper, uint32_t ack) const {
    const auto frame = client().reply().sequence(9001).ack(ack).build();
    keeper.on_server_packet(*parse_frame(frame, card::Port::kOutside));
  }

  std::optional<Opening> opening_;
  ManualClock clock_;
};

TEST_P(EarlyAckTest, AskedForAfterThreeSegmentsAndThenEverySecond) {
  Assembler assembler(kFirst, budget());
  const std::string text = letters(1400);
  size_t offset = 0;
  const auto add_segment = [&] {
    EXPECT_TRUE(add(assembler, offset, text));
    offset += text.size();
  };
  add_segment();
  add_segment();
  EXPECT_FALSE(assembler.wants_ack());
  EXPECT_FALSE(assembler.acked_early());
  add_segment();
  ASSERT_TRUE(assembler.wants_ack());
  const auto frame = assembler.acknowledge(*opening_);
  EXPECT_FALSE(assembler.wants_ack());
  EXPECT_TRUE(assembler.acked_early());
  const auto ack = parse_frame(frame, card::Port::kOutside);
  ASSERT_TRUE(ack);
  EXPECT_TRUE(checksums_are_right(*ack));
  EXPECT_EQ(ack->key, opening_->key().reversed());
  EXPECT_EQ(ack->sequence, 9001U);
  EXPECT_EQ(ack->acknowledgement, kFirst + 4200);
  EXPECT_EQ(ack->options.timestamps, (TcpTimestamps{70, 50}));
  EXPECT_EQ(ack->window, 65160 >> 7);
  add_segment();
  EXPECT_FALSE(assembler.wants_ack());
  add_segment();
  EXPECT_TRUE(assembler.wants_ack());
}

TEST_P(EarlyAckTest, ShortOrRepeatedSegmentIsAcknowledgedAtOnce) {
  Assembler assembler(kFirst, budget());
  EXPECT_FALSE(assembler.wants_ack());
  EXPECT_TRUE(add(assembler, 3, "de"));
  EXPECT_FALSE(assembler.wants_ack());  // nothing contiguous yet
  EXPECT_TRUE(add(assembler, 0, "abc"));
  EXPECT_TRUE(assembler.wants_ack());
  (void)assembler.acknowledge(*opening_);
  EXPECT_FALSE(assembler.wants_ack());
  EXPECT_TRUE(add(assembler, 5, letters(1400)));
  EXPECT_FALSE(assembler.wants_ack());
  EXPECT_TRUE(add(assembler, 5, letters(1400)));
  EXPECT_TRUE(assembler.wants_ack());
}

TEST_P(EarlyAckTest, KeeperSendsUntilTheServerHasAll) {
  Assembler assembler(kFirst, budget());
  const std::string text = letters(4200);
  for (size_t at = 0; at < text.size(); at += 1400) {
    EXPECT_TRUE(add(assembler, at, text.substr(at, 1400)));
  }
  (void)assembler.acknowledge(*opening_);
  EXPECT_TRUE(add(assembler, text.size(), "tail"));  // not acknowledged, but held
  HelloKeeper keeper(*opening_, assembler, clock_);
  EXPECT_FALSE(keeper.done());
  std::string sent;
  for (const auto& frame : keeper.due()) {
    const auto packet = parse_frame(frame, card::Port::kInside);
    ASSERT_TRUE(packet && checksums_are_right(*packet));
    EXPECT_EQ(packet->key, opening_->key());
    EXPECT_EQ(packet->sequence, kFirst + static_cast<uint32_t>(sent.size()));
    EXPECT_LE(packet->payload.size(), 988U);  // the server's MSS less the timestamps
    sent += as_text(packet->payload);
  }
  EXPECT_EQ(sent, text + "tail");
  EXPECT_TRUE(keeper.due().empty());
  clock_.advance_ms(199);
  EXPECT_TRUE(keeper.due().empty());
  clock_.advance_ms(1);
  const auto again = keeper.due();
  ASSERT_FALSE(again.empty());
  EXPECT_EQ(parse_frame(again[0], card::Port::kInside)->sequence, kFirst);
  EXPECT_TRUE(keeper.due().empty());
  server_acks(keeper, kFirst + 988);  // a part: the next hole follows at once
  const auto next = keeper.due();
  ASSERT_FALSE(next.empty());
  EXPECT_EQ(parse_frame(next[0], card::Port::kInside)->sequence, kFirst + 988);
  server_acks(keeper, kFirst + 500);  // an old one changes nothing
  server_acks(keeper, kFirst + 4199);
  EXPECT_FALSE(keeper.done());
  server_acks(keeper, kFirst + 4200);
  EXPECT_TRUE(keeper.done());
  clock_.advance_ms(100'000);
  EXPECT_TRUE(keeper.due().empty());
  EXPECT_FALSE(keeper.failed());
}

TEST_P(EarlyAckTest, KeeperTakesThreeDuplicatesForALoss) {
  Assembler assembler(kFirst, budget());
  EXPECT_TRUE(add(assembler, 0, letters(1400)));
  (void)assembler.acknowledge(*opening_);
  HelloKeeper keeper(*opening_, assembler, clock_);
  EXPECT_EQ(keeper.due().size(), 2U);
  server_acks(keeper, kFirst + 988);
  for (int duplicate = 0; duplicate < 3; ++duplicate) {
    EXPECT_TRUE(keeper.due().empty()) << duplicate;
    server_acks(keeper, kFirst + 988);
  }
  const auto frames = keeper.due();
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(parse_frame(frames[0], card::Port::kInside)->sequence, kFirst + 988);
}

TEST_P(EarlyAckTest, KeeperGivesUpOnASilentServer) {
  Assembler assembler(kFirst, budget());
  EXPECT_TRUE(add(assembler, 0, letters(1400)));
  (void)assembler.acknowledge(*opening_);
  HelloKeeper keeper(*opening_, assembler, clock_);
  int rounds = 0;
  while (!keeper.failed() && rounds < 100) {
    EXPECT_FALSE(keeper.due().empty());
    ++rounds;
    if (!keeper.failed()) {
      EXPECT_GT(keeper.next_due_ns(), clock_.monotonic_ns());
      clock_.advance_ms(
          static_cast<int64_t>((keeper.next_due_ns() - clock_.monotonic_ns()) / 1'000'000));
    }
  }
  EXPECT_EQ(rounds, 8);
  EXPECT_TRUE(keeper.due().empty());
}

TEST_P(EarlyAckTest, KeeperHoldsItsPartOfTheBudget) {
  HoldBudget small(40'000);
  {
    std::optional<HelloKeeper> keeper;
    {
      Assembler assembler(kFirst, small);
      EXPECT_TRUE(add(assembler, 0, letters(1400)));
      (void)assembler.acknowledge(*opening_);
      keeper.emplace(*opening_, assembler, clock_);
    }
    EXPECT_EQ(small.used(), 1400U);
  }
  EXPECT_EQ(small.used(), 0U);
}

TEST_P(EarlyAckTest, KeeperOfNothingIsDone) {
  Assembler assembler(kFirst, budget());
  const HelloKeeper keeper(*opening_, assembler, clock_);
  EXPECT_TRUE(keeper.done());
}

INSTANTIATE_TEST_SUITE_P(Families, EarlyAckTest, testing::Bool(),
                         [](const auto& v6) { return v6.param ? "Ipv6" : "Ipv4"; });

TEST(HoldQueueTest, RefusesWhatExceedsItsBoundsAndChangesNothing) {
  HoldQueue queue(10, 2);
  EXPECT_TRUE(queue.push(as_bytes("123456"), 0));
  EXPECT_EQ(queue.push(as_bytes("12345"), 0).code(), Code::kExhausted);
  EXPECT_EQ(queue.bytes(), 6U);
  EXPECT_TRUE(queue.push(as_bytes("78"), 9));
  EXPECT_FALSE(queue.push({}, 0));  // a third frame
  EXPECT_EQ(as_text(queue.pop().frame), "123456");
  EXPECT_EQ(queue.front().segment_size, 9);
  EXPECT_EQ(queue.bytes(), 2U);
  queue.clear();
  EXPECT_TRUE(queue.empty());
  EXPECT_TRUE(queue.push(as_bytes("1234567890"), 0));
}

}  // namespace
}  // namespace vitrine::wire
