// record_tracker against the soft card's RecordSplicer: several connections at once, every
// segment's verdict, bytes, fresh bytes and records the same.
#include <cstdlib>
#include <deque>

#include "sim/bench/record/spliced_flow.h"
#include "sim/bench/record/tracker_model.h"
#include <gtest/gtest.h>

#include "host/base/secret.h"

namespace vitrine::bench {
namespace {

using card::CloseReason;
using card::Direction;
using card::DropReason;
using card::TlsVersion;
using card::soft::SpliceVerdict;

class RecordTracker : public testing::Test {
 protected:
  struct Statistics {
    size_t sent = 0;
    size_t cut = 0;
    size_t flows = 0;
    size_t records = 0;
    size_t key_updates = 0;
    size_t keys_refused = 0;
    std::array<size_t, card::kDropReasons> dropped{};
    std::array<size_t, 8> closed{};
    uint64_t bytes = 0;
    uint64_t clocks = 0;
  };

  static void SetUpTestSuite() { ASSERT_TRUE(secure_memory_init()); }

  RecordTracker() : pools_({1024, 4, 4, TrackerModel::kSlots}) {}

  // `choose` gives each new flow's options. With VITRINE_SEGMENTS, that many segments instead.
  template <typename Choose>
  void run(size_t segments, unsigned stalls, uint64_t seed, Choose choose) {
    if (const char* text = std::getenv("VITRINE_SEGMENTS"); text != nullptr) {
      segments = std::strtoull(text, nullptr, 10);
    }
    test::Random random(seed);
    TrackerModel model(stalls, seed);
    std::array<std::unique_ptr<SplicedFlow>, TrackerModel::kContexts> flows;
    std::array<size_t, TrackerModel::kContexts> after{};  // segments since a flow closed
    std::array<std::array<size_t, 2>, TrackerModel::kContexts> answered{};
    for (size_t i = 0; i < segments; ++i) {
      const size_t context = random() % flows.size();
      auto& flow = flows[context];
      if (flow == nullptr || after[context] > 20 || random() % 3000 == 0) {
        ASSERT_NO_FATAL_FAILURE(drain(model));
        flow = std::make_unique<SplicedFlow>(choose(random), pools_, random());
        model.open(context, *flow);
        after[context] = 0;
        answered[context] = {};
        ++statistics_.flows;
      }
      expected_.push_back({context, flow->next()});
      model.send(context, expected_.back().segment);
      after[context] += flow->closed() ? 1 : 0;
      const auto direction = static_cast<Direction>(random() % 2);
      if (!flow->closed() && random() % 50 == 0 &&
          flow->generations(direction).size() > answered[context][card::index(direction)]) {
        ASSERT_NO_FATAL_FAILURE(
            give_keys(model, context, *flow, direction, answered[context][card::index(direction)]));
      }
      while (expected_.size() > 24) {
        model.tick();
        ASSERT_NO_FATAL_FAILURE(compare(model));
      }
    }
    ASSERT_NO_FATAL_FAILURE(drain(model));
    statistics_.clocks = model.clocks();
  }

  void give_keys(TrackerModel& model, size_t context, SplicedFlow& flow, Direction direction,
                 size_t& answered) {
    ASSERT_NO_FATAL_FAILURE(drain(model));
    EXPECT_EQ(model.key_updates(context)[card::index(direction)],
              flow.generations(direction).size());
    const size_t generation = flow.installed(direction);
    if (generation == SplicedFlow::kGenerations) {
      return;
    }
    const bool taken = flow.update_keys(direction);
    ASSERT_EQ(model.update_keys(context, direction, flow.in_key(direction, generation),
                                flow.out_key(direction, generation)),
              taken);
    answered += taken ? 1 : 0;
    statistics_.key_updates += taken ? 1 : 0;
    statistics_.keys_refused += taken ? 0 : 1;
  }

  void drain(TrackerModel& model) {
    for (int i = 0; i < 100000 && !expected_.empty(); ++i) {
      model.tick();
      ASSERT_NO_FATAL_FAILURE(compare(model));
    }
    ASSERT_TRUE(expected_.empty());
    ASSERT_TRUE(model.idle());
  }

  void compare(TrackerModel& model) {
    for (; !model.verdicts().empty(); model.verdicts().pop_front()) {
      ASSERT_FALSE(expected_.empty());
      const TrackerVerdict& verdict = model.verdicts().front();
      const auto& [context, segment] = expected_.front();
      ++statistics_.sent;
      const std::string where = "segment " + std::to_string(statistics_.sent);
      ASSERT_EQ(verdict.context, context) << where;
      const bool sends = segment.verdict.kind == SpliceVerdict::Kind::kSend;
      ASSERT_EQ(verdict.sends, sends) << where;
      if (!sends) {
        ASSERT_EQ(verdict.reason, static_cast<uint8_t>(segment.verdict.reason)) << where;
        ++statistics_.dropped[verdict.reason];
      }
      ASSERT_EQ(verdict.left, segment.left) << where;
      ASSERT_EQ(verdict.closes, segment.verdict.closed) << where;
      if (verdict.closes) {
        ASSERT_EQ(verdict.close_reason, static_cast<uint8_t>(segment.verdict.close_reason))
            << where;
        ++statistics_.closed[verdict.close_reason];
        if (segment.verdict.close_reason > CloseReason::kReset) {
          ASSERT_EQ(verdict.record, segment.verdict.record) << where;
        }
      } else {
        ASSERT_EQ(verdict.fresh, segment.fresh) << where;
        ASSERT_EQ(verdict.records, segment.records) << where;
      }
      statistics_.cut += sends && segment.left.size() < segment.payload.size() ? 1 : 0;
      statistics_.records += verdict.records;
      statistics_.bytes += segment.payload.size();
      expected_.pop_front();
    }
  }

  size_t dropped(DropReason reason) const {
    return statistics_.dropped[static_cast<size_t>(reason)];
  }
  size_t closed(CloseReason reason) const {
    return statistics_.closed[static_cast<size_t>(reason)];
  }

  void print() const {
    std::printf("%zu segments, %zu flows, %zu records, %zu cut, %zu key updates (%zu refused)\n",
                statistics_.sent, statistics_.flows, statistics_.records, statistics_.cut,
                statistics_.key_updates, statistics_.keys_refused);
    for (size_t i = 0; i < statistics_.dropped.size(); ++i) {
      if (statistics_.dropped[i] != 0) {
        std::printf("  dropped %s: %zu\n", card::kDropReasonTexts[i].counter,
                    statistics_.dropped[i]);
      }
    }
    std::printf("  closed: fin %zu, reset %zu, bad record %zu, protocol %zu, renegotiation %zu\n",
                statistics_.closed[0], statistics_.closed[1], statistics_.closed[4],
                statistics_.closed[5], statistics_.closed[6]);
    std::printf(
        "  %.1f clocks a segment, %.1f payload bits a clock\n",
        static_cast<double>(statistics_.clocks) / static_cast<double>(statistics_.sent),
        8.0 * static_cast<double>(statistics_.bytes) / static_cast<double>(statistics_.clocks));
  }

  struct Expected {
    size_t context;
    FlowSegment segment;
  };
  card::soft::SplicePools pools_;
  std::deque<Expected> expected_;
  Statistics statistics_;
};

FlowOptions random_options(test::Random& random) {
  FlowOptions options;
  options.version = random() % 3 == 0 ? TlsVersion::kTls12 : TlsVersion::kTls13;
  options.in_key_size = random() % 2 != 0 ? 16 : 32;
  options.out_key_size = random() % 2 != 0 ? 16 : 32;
  constexpr size_t largest[] = {60, 300, 3000, 16384};
  options.largest_record = largest[random() % 4];
  options.largest_segment = random() % 4 == 0 ? 60 : 1460;
  options.next_keys = random() % 4 != 0;
  options.loss = random() % 2 != 0 ? 5 : 30;
  return options;
}

TEST_F(RecordTracker, LossReorderingAndOtherBoundariesEqualTheSoftCard) {
  run(60000, 10, 1, random_options);
  print();
  EXPECT_GT(statistics_.cut, 1000U);
  EXPECT_GT(dropped(DropReason::kUnseenHeader), 100U);
  EXPECT_GT(dropped(DropReason::kIncompleteRecord), 10U);
  EXPECT_GT(dropped(DropReason::kHoleLimit), 10U);
  EXPECT_GT(dropped(DropReason::kRingFull), 10U);
  EXPECT_GT(dropped(DropReason::kAwaitingKeys), 10U);
  EXPECT_GT(statistics_.key_updates, 10U);
  EXPECT_GT(statistics_.records, 10000U);
}

TEST_F(RecordTracker, ChangedBytesAndForbiddenRecordsEqualTheSoftCard) {
  run(40000, 10, 2, [](test::Random& random) {
    FlowOptions options = random_options(random);
    options.corrupt = 20;
    options.forbidden = 5;
    return options;
  });
  print();
  EXPECT_GT(closed(CloseReason::kBadRecord), 100U);
  EXPECT_GT(closed(CloseReason::kProtocol), 20U);
  EXPECT_GT(closed(CloseReason::kRenegotiation), 5U);
  EXPECT_GT(dropped(DropReason::kFlowDead), 1000U);
}

TEST_F(RecordTracker, FinResetAndWhatCannotBeSplicedEqualTheSoftCard) {
  run(40000, 10, 3, [](test::Random& random) {
    FlowOptions options = random_options(random);
    options.finish_after = 50 + random() % 300;
    options.odd_flags = random() % 2 != 0 ? 10 : 0;
    return options;
  });
  print();
  EXPECT_GT(closed(CloseReason::kFin), 10U);
  EXPECT_GT(closed(CloseReason::kReset), 20U);
  EXPECT_GT(dropped(DropReason::kUnsplicable), 20U);
}

TEST_F(RecordTracker, WithoutStallsEqualsTheSoftCard) {
  run(30000, 0, 4, random_options);
  print();
}

}  // namespace
}  // namespace vitrine::bench
