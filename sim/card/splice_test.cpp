// Spliced connections through the whole card, against the soft card: four at once, their segments
// by both ports; what leaves, what the punt ring is told, and the statistics must be the soft
// card's.
#include <cstdlib>
#include <deque>

#include "sim/card/spliced_card.h"

namespace vitrine::sim {
namespace {

using bench::FlowOptions;
using bench::FlowSegment;
using card::Direction;

constexpr std::array kDirections = {Direction::kFromInside, Direction::kFromOutside};

class CardSplice : public SplicedCard {
 protected:
  static constexpr unsigned kFlows = 4;
  static constexpr uint64_t kZeroizeClocks = 3000;

  template <typename Choose>
  void run(size_t segments, uint64_t seed, Choose choose) {
    if (const char* text = std::getenv("VITRINE_SEGMENTS"); text != nullptr) {
      segments = std::strtoull(text, nullptr, 10);
    }
    test::Random random(seed);
    for (size_t passed = 0; passed < segments;) {
      for (unsigned i = 0; i < kFlows; ++i) {
        if (open_[i] && flow(i).closed()) {
          ASSERT_NO_FATAL_FAILURE(end(i));
        }
        if (!open_[i]) {
          ASSERT_NO_FATAL_FAILURE(begin(i, choose(random), random));
        }
        for (const Direction direction : kDirections) {
          ASSERT_EQ(told_[i][card::index(direction)], flow(i).generations(direction).size());
          ASSERT_NO_FATAL_FAILURE(give_keys(i, direction));
        }
      }
      for (size_t burst = 1 + random() % 12; burst > 0; --burst) {
        const unsigned i = static_cast<unsigned>(random() % kFlows);
        if (!flow(i).closed()) {
          pass(i, flow(i).next());
          ++passed;
        }
      }
      ASSERT_NO_FATAL_FAILURE(compare());
    }
    std::printf("%zu frames left, %zu flows closed, %zu key updates, %llu clocks\n", sent_, closed_,
                updates_, static_cast<unsigned long long>(card_.clocks()));
  }

  void begin(unsigned connection, FlowOptions options, test::Random& random,
             uint32_t idle_ms = 3'600'000) {
    options.ip_version = random() % 2 != 0 ? 6 : 4;
    ASSERT_EQ(install(connection, options, random(), idle_ms), 0U);
    ASSERT_LE(command_clocks_, 64U);
    open_[connection] = true;
    told_[connection] = {};
    closed_told_[connection] = false;
  }

  // Of one that has closed.
  void end(unsigned connection) {
    EXPECT_TRUE(closed_told_[connection]);
    ASSERT_EQ(remove(connection), 0U);
    expect_statistics(result(), flow(connection).stats());
    open_[connection] = false;
  }

  void pass(unsigned connection, const FlowSegment& segment) {
    send(segment);
    if (segment.verdict.closed) {
      closes(connection, segment.verdict, segment.direction);
      ++closed_;
    }
  }

  // An event that the punt ring has to bring.
  void closes(unsigned connection, const card::soft::SpliceVerdict& verdict, Direction direction) {
    closing_.push_back({connection, verdict, direction, flow(connection).stats()});
  }
  void closes(unsigned connection, card::CloseReason reason) {
    closes(connection, {.closed = true, .close_reason = reason}, Direction::kFromInside);
  }

  void compare() {
    expect_all();
    for (const RingEntry& event : events()) {
      ASSERT_NO_FATAL_FAILURE(take(event));
    }
    ASSERT_TRUE(closing_.empty());
  }

  void take(const RingEntry& event) {
    ASSERT_LT(event.connection, kFlows);
    ASSERT_EQ(event.flow, id(event.connection));
    if (event.type == kKeyUpdate) {
      ASSERT_LT(event.direction, 2U);
      const auto& generations =
          flow(event.connection).generations(static_cast<Direction>(event.direction));
      const size_t nth = told_[event.connection][event.direction]++;
      ASSERT_LT(nth, generations.size());
      ASSERT_EQ(event.generation, generations[nth]);
      return;
    }
    ASSERT_EQ(event.type, kClosed);
    ASSERT_FALSE(closing_.empty());
    const Closing& closing = closing_.front();
    ASSERT_EQ(closing.connection, event.connection);
    ASSERT_EQ(event.reason, static_cast<uint8_t>(closing.verdict.close_reason));
    ASSERT_EQ(event.direction, static_cast<uint8_t>(closing.direction));
    if (closing.verdict.close_reason >= card::CloseReason::kBadRecord) {
      ASSERT_EQ(event.record, closing.verdict.record);
    }
    expect_statistics(event.body, closing.stats);
    closed_told_[event.connection] = true;
    closing_.pop_front();
  }

  // What comes late for a connection that is dead goes to the host.
  void expect_punted(const FlowSegment& late) {
    send_in_vain(late);
    expect_all();
    const auto punts = events();
    ASSERT_EQ(punts.size(), 1U);
    EXPECT_EQ(punts[0].type, 0);
  }

  struct Closing {
    unsigned connection;
    card::soft::SpliceVerdict verdict;
    Direction direction;
    card::FlowStats stats;
  };
  std::deque<Closing> closing_;
  std::array<bool, kFlows> open_{};
  std::array<std::array<size_t, 2>, kFlows> told_{};  // key updates, by the card
  std::array<bool, kFlows> closed_told_{};
  size_t closed_ = 0;
};

FlowOptions any_flow(test::Random& random) {
  FlowOptions options;
  options.version = random() % 3 == 0 ? card::TlsVersion::kTls12 : card::TlsVersion::kTls13;
  options.in_key_size = random() % 2 != 0 ? 16 : 32;
  options.out_key_size = random() % 2 != 0 ? 16 : 32;
  constexpr size_t largest[] = {300, 3000, 16384};
  options.largest_record = largest[random() % 3];
  options.loss = random() % 2 != 0 ? 5 : 20;
  options.odd_records = 30;
  options.ends_at_short = true;
  options.next_keys = random() % 4 != 0;
  options.finish_after = random() % 2 != 0 ? 60 : 0;
  return options;
}

TEST_F(CardSplice, FramesEventsAndStatisticsEqualTheSoftCards) {
  run(1500, 1, any_flow);
  EXPECT_GT(sent_, 1000U);
  EXPECT_GT(updates_, 5U);
  EXPECT_GT(closed_, 3U);
}

TEST_F(CardSplice, ChangedAndForbiddenRecordsEndTheFlowAsOnTheSoftCard) {
  run(1500, 2, [](test::Random& random) {
    FlowOptions options = any_flow(random);
    options.corrupt = 20;
    options.forbidden = 5;
    options.odd_flags = 5;
    return options;
  });
  EXPECT_GT(closed_, 10U);
}

FlowOptions quiet_flow(test::Random&) {
  FlowOptions options;
  options.smallest_record = 70;  // behind shorter ones the engine cuts
  options.loss = 0;
  options.odd_records = 0;
  options.next_keys = false;
  return options;
}

// A connection that ends without a verdict of the record engine: its context serves the next one.
TEST_F(CardSplice, AnIdleFlowIsToldAndItsContextCanBeUsedAgain) {
  test::Random random(3);
  for (uint32_t round = 1; round <= 3; ++round) {
    ASSERT_NO_FATAL_FAILURE(begin(0, quiet_flow(random), random, 1000));
    for (const Direction direction : kDirections) {
      pass(0, flow(0).next_in_order(direction, 1000));
    }
    ASSERT_NO_FATAL_FAILURE(compare());
    closes(0, card::CloseReason::kIdle);
    card_.set_time_ms(2000 * round);
    settle();
    ASSERT_NO_FATAL_FAILURE(compare());
    ASSERT_NO_FATAL_FAILURE(expect_punted(flow(0).next_in_order(Direction::kFromInside, 500)));
    ASSERT_EQ(remove(0), 0U);
  }
}

TEST_F(CardSplice, AResetFlowsContextCanBeUsedAgainAtOnce) {
  run(800, 4, [](test::Random& random) {
    FlowOptions options = quiet_flow(random);
    options.odd_flags = 100;
    return options;
  });
  EXPECT_GT(closed_, 10U);
}

// Keys are gone within the clocks of rtl/track's README, and no frame leaves by them any more.
TEST_F(CardSplice, ZeroizingEndsEverySpliceInABoundedTime) {
  test::Random random(5);
  for (unsigned i = 0; i < kFlows; ++i) {
    ASSERT_NO_FATAL_FAILURE(begin(i, quiet_flow(random), random));
    pass(i, flow(i).next_in_order(Direction::kFromOutside, 1000));
  }
  ASSERT_NO_FATAL_FAILURE(compare());
  const uint32_t count = read(regs::kControlZeroizeCount);
  const uint64_t before = card_.clocks();
  write(regs::kControlZeroize, 1);
  while (read(regs::kControlZeroizeCount) == count) {
    ASSERT_LT(card_.clocks() - before, kZeroizeClocks);
  }
  std::printf("zeroized in %zu clocks\n", static_cast<size_t>(card_.clocks() - before));
  for (unsigned i = 0; i < kFlows; ++i) {
    closes(i, card::CloseReason::kZeroized);
  }
  settle();
  ASSERT_NO_FATAL_FAILURE(compare());
  for (unsigned i = 0; i < kFlows; ++i) {
    ASSERT_NO_FATAL_FAILURE(expect_punted(flow(i).next_in_order(Direction::kFromOutside, 500)));
    ASSERT_EQ(remove(i), 0U);
    open_[i] = false;
  }
  run(100, 6, quiet_flow);
  EXPECT_GT(sent_, 80U);
}

}  // namespace
}  // namespace vitrine::sim
