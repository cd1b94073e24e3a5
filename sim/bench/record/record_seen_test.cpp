// record_seen and record_run against the soft card's SeenBytes: random marks, acknowledgements and
// questions.
#include <random>

#include <Vrecord_run.h>
#include <Vrecord_seen.h>
#include <gtest/gtest.h>

#include "host/card/soft/record/seen_bytes.h"

namespace vitrine::bench {
namespace {

using card::soft::SeenBytes;
using card::soft::Sequence;

class RecordSeen : public testing::Test {
 protected:
  // The RTL's state, fed back by the test.
  void load(Sequence high) {
    high_ = high;
    count_ = 0;
  }

  void ask(Sequence from, Sequence limit, const SeenBytes& soft) {
    run_.begin_i = begin_;
    run_.end_i = end_;
    run_.count_i = count_;
    run_.high_i = high_;
    run_.from_i = from;
    run_.limit_i = limit;
    run_.eval();
    const SeenBytes::Run expected = soft.run_at(from, limit);
    ASSERT_EQ(run_.run_end_o, expected.end);
    ASSERT_EQ(run_.run_fresh_o != 0, expected.fresh);
  }

  // Returns whether it was marked; the state follows where it was.
  bool mark(Sequence from, Sequence to, bool forget) {
    seen_.begin_i = begin_;
    seen_.end_i = end_;
    seen_.count_i = count_;
    seen_.high_i = high_;
    seen_.forget_i = forget ? 1 : 0;
    seen_.mark_begin_i = from;
    seen_.mark_end_i = to;
    seen_.eval();
    if (seen_.ok_o != 0) {
      begin_ = seen_.begin_o;
      end_ = seen_.end_o;
      count_ = seen_.count_o;
      high_ = seen_.high_o;
    }
    return seen_.ok_o != 0;
  }

  Vrecord_seen seen_;
  Vrecord_run run_;
  VlWide<4> begin_{};
  VlWide<4> end_{};
  CData count_ = 0;
  IData high_ = 0;
};

TEST_F(RecordSeen, EqualsTheSoftCard) {
  std::mt19937_64 random(1);
  size_t refused = 0;
  size_t full = 0;
  for (int round = 0; round < 3000; ++round) {
    const auto start = static_cast<Sequence>(random());
    SeenBytes soft(start);
    load(start);
    Sequence base = start;
    for (int i = 0; i < 200; ++i) {
      const auto span = static_cast<Sequence>(soft.high() - base + 3000);
      const Sequence from = base + static_cast<Sequence>(random() % span);
      const Sequence to =
          from + 1 + static_cast<Sequence>(random() % (random() % 4 == 0 ? 3000 : 200));
      ASSERT_NO_FATAL_FAILURE(ask(from, to, soft));
      if (random() % 16 == 0) {
        base += static_cast<Sequence>(random() % (soft.high() - base + 1));
        soft.forget_before(base);
        ASSERT_TRUE(mark(from, base, true));
      } else {
        uint64_t fresh = 0;
        const bool added = soft.add(from, to, fresh);
        ASSERT_EQ(mark(from, to, false), added);
        ASSERT_TRUE(!added || seen_.fresh_o == fresh);
        refused += added ? 0 : 1;
      }
      ASSERT_EQ(high_, soft.high());
      ASSERT_EQ(count_, soft.holes());
      full += soft.holes() == SeenBytes::kMaxHoles ? 1 : 0;
    }
  }
  EXPECT_GT(refused, 1000U);
  EXPECT_GT(full, 10000U);
}

}  // namespace
}  // namespace vitrine::bench
