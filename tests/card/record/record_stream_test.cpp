// Whole streams through a splice, cut, lost, delayed, sent twice and overlapping, at random: what
// the receiver's TLS reads is what the sender's wrote.
#include <algorithm>
#include <deque>
#include <tuple>

#include <gtest/gtest.h>

#include "tests/card/record/splice_harness.h"

namespace vitrine::card::soft {
namespace {

// A sender that keeps a window in flight, and a network that does as it likes before and after the
// card.
class RoughNetwork {
 public:
  RoughNetwork(SpliceHarness& harness, size_t window)
      : h_(harness),
        window_(window),
        next_(harness.received()),
        acknowledged_(harness.received()) {}

  void run() {
    const size_t limit = 400'000;
    for (size_t turn = 0; turn < limit && acknowledged_ < h_.stream.size(); ++turn) {
      act();
      if (testing::Test::HasFatalFailure()) {
        return;
      }
    }
    EXPECT_EQ(acknowledged_, h_.stream.size()) << "the transfer did not end";
  }

  size_t dropped = 0;
  size_t cut = 0;

 private:
  bool chance(unsigned percent) { return h_.random() % 100 < percent; }

  void act() {
    if (next_ < h_.stream.size() && next_ - acknowledged_ < window_ && chance(70)) {
      const size_t size = std::min(h_.stream.size() - next_, segment());
      emit(next_, next_ + size);
      next_ += size;
    } else if (chance(30) && next_ > 0) {
      // Sent again, from somewhere a little before what is acknowledged, to anywhere.
      const size_t back = chance(20) ? std::min<size_t>(acknowledged_, 3000) : 0;
      const size_t from =
          chance(60)
              ? acknowledged_
              : test::random_in(h_.random, std::min(acknowledged_ - back, next_ - 1), next_ - 1);
      emit(from, std::min(next_, from + segment()));
    }
    while (!delayed_.empty() && chance(50)) {
      const size_t i = h_.random() % delayed_.size();
      const auto [from, to] = delayed_[i];
      delayed_.erase(delayed_.begin() + static_cast<ptrdiff_t>(i));
      arrive(from, to);
    }
  }

  size_t segment() {
    return chance(10) ? test::random_in(h_.random, 1, 40'000) : test::random_in(h_.random, 1, 1460);
  }

  void emit(size_t from, size_t to) {
    if (from >= to || chance(5)) {
      return;
    }
    if (chance(8)) {
      delayed_.emplace_back(from, to);
    } else {
      arrive(from, to);
    }
    if (chance(3)) {
      delayed_.emplace_back(from, to);
    }
  }

  void arrive(size_t from, size_t to) {
    const Outcome outcome = h_.send(from, to, chance(10) ? kPsh : 0, 1460);
    dropped += outcome.sent() ? 0 : 1;
    cut += outcome.sent() && outcome.verdict.payload_length < to - from ? 1 : 0;
    if (!chance(3)) {
      h_.deliver(outcome);
    }
    h_.deliver_released();
    if (chance(60)) {
      h_.acknowledge(h_.received());
      if (!chance(5)) {
        acknowledged_ = std::max(acknowledged_, h_.received());
      }
    }
  }

  SpliceHarness& h_;
  size_t window_;
  size_t next_;
  size_t acknowledged_;
  std::deque<std::pair<size_t, size_t>> delayed_;
};

using Parameters = std::tuple<TlsVersion, size_t, size_t, bool, uint64_t>;

class RoughStream : public testing::TestWithParam<Parameters> {
 protected:
  HarnessOptions options() const {
    HarnessOptions options;
    std::tie(options.version, options.in_key_size, options.out_key_size, options.ipv6,
             options.seed) = GetParam();
    return options;
  }
};

TEST_P(RoughStream, ArrivesWholeAndEqual) {
  SpliceHarness h(options());
  h.append_random(300'000, 16'384);
  RoughNetwork network(h, 120'000);
  network.run();
  EXPECT_FALSE(h.reader().bad());
  EXPECT_TRUE(h.reader().data() == h.content);
  EXPECT_EQ(h.reader().records().size(), h.records.size());
  EXPECT_EQ(h.stats().records, h.records.size());
  EXPECT_EQ(h.stats().new_payload_bytes, h.stream.size());
  h.acknowledge(h.stream.size());
  EXPECT_EQ(h.pools.free_record_chunks(), h.options.pools.record_chunks);
}

TEST_P(RoughStream, StrictArrivesWholeAndEqual) {
  HarnessOptions wanted = options();
  wanted.strict = true;
  wanted.tap = TapMode::kAll;
  SpliceHarness h(wanted);
  h.append_random(150'000, 16'384);
  RoughNetwork(h, 120'000).run();
  EXPECT_FALSE(h.reader().bad());
  EXPECT_TRUE(h.reader().data() == h.content);
  EXPECT_EQ(h.splicer->held_frames(), 0U);
  EXPECT_EQ(h.sink.discarded, 0U);
}

TEST_P(RoughStream, KeyUpdatesAtAnyPointDoNotDisturb) {
  HarnessOptions wanted = options();
  wanted.version = TlsVersion::kTls13;
  SpliceHarness h(wanted);
  for (size_t i = 0; i < SpliceHarness::kGenerations - 2; ++i) {
    h.append_random(h.stream.size() + 30'000, 4'000);
    h.append_key_update(test::random_in(h.random, 0, 20));
    while (h.install_next().is_ok()) {
    }
    RoughNetwork(h, 50'000).run();
    if (HasFatalFailure()) {
      return;
    }
  }
  h.append_random(h.stream.size() + 30'000, 4'000);
  RoughNetwork(h, 50'000).run();
  EXPECT_FALSE(h.reader().bad());
  EXPECT_TRUE(h.reader().data() == h.content);
  EXPECT_EQ(h.sink.generations.size(), SpliceHarness::kGenerations - 2);
}

INSTANTIATE_TEST_SUITE_P(All, RoughStream,
                         testing::Combine(testing::Values(TlsVersion::kTls12, TlsVersion::kTls13),
                                          testing::Values(16U, 32U), testing::Values(16U, 32U),
                                          testing::Bool(), testing::Values(1U, 2U, 3U)));

TEST(RecordStream, InOrderStreamLeavesByteForByteLengthPreserving) {
  for (const TlsVersion version : {TlsVersion::kTls12, TlsVersion::kTls13}) {
    HarnessOptions options;
    options.version = version;
    SpliceHarness h(options);
    h.append_random(200'000, 16'384);
    for (size_t at = 0; at < h.stream.size(); at += 1460) {
      const size_t to = std::min(h.stream.size(), at + 1460);
      const Outcome outcome = h.send(at, to);
      ASSERT_TRUE(outcome.sent());
      ASSERT_EQ(outcome.verdict.payload_length, to - at);
      h.deliver(outcome);
      h.acknowledge(h.received());
    }
    EXPECT_TRUE(h.reader().data() == h.content);
  }
}

// Every way to cut a short stream into three, in every order.
TEST(RecordStream, EveryCutIntoThreeInEveryOrderArrives) {
  for (const TlsVersion version : {TlsVersion::kTls12, TlsVersion::kTls13}) {
    HarnessOptions options;
    options.version = version;
    SpliceHarness probe(options);
    probe.append_data(70);
    probe.append_data(3);
    const size_t size = probe.stream.size();
    for (size_t a = 1; a < size; ++a) {
      for (size_t b = a + 1; b < size; b += 7) {
        std::vector<std::pair<size_t, size_t>> cuts = {{0, a}, {a, b}, {b, size}};
        do {
          SpliceHarness h(options);
          h.append_data(70);
          h.append_data(3);
          for (int round = 0; round < 4 && h.received() < size; ++round) {
            for (const auto& [from, to] : cuts) {
              h.deliver(h.send(from, to));
            }
          }
          ASSERT_EQ(h.received(), size) << "cut at " << a << " and " << b;
          ASSERT_TRUE(h.reader().data() == h.content);
        } while (std::next_permutation(cuts.begin(), cuts.end()));
      }
    }
  }
}

}  // namespace
}  // namespace vitrine::card::soft
