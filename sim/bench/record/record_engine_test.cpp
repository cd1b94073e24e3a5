// record_engine against the soft card: frames of several spliced connections in, the same frames
// out, byte for byte, through the RTL's own cryptography.
#include "sim/bench/record/engine_harness.h"

namespace vitrine::bench {
namespace {

using RecordEngine = EngineHarness;

TEST_F(RecordEngine, FramesEqualTheSoftCards) {
  run(6000, 10, 1, long_records);
  EXPECT_GT(sent_, 2000U);
}

// Short ones too, and KeyUpdates; the engine cuts a segment that goes on behind a short record, so
// none does.
TEST_F(RecordEngine, KeyUpdatesAndShortRecordsEqualTheSoftCards) {
  run(6000, 10, 3, [](test::Random& random) {
    FlowOptions options = long_records(random);
    options.smallest_record = 1;
    options.odd_records = 30;
    options.ends_at_short = true;
    options.next_keys = random() % 4 != 0;
    return options;
  });
  EXPECT_GT(generations_, 20U);
  EXPECT_GT(sent_, 2000U);
}

TEST_F(RecordEngine, ChangedBytesLeaveAsTheyLeaveTheSoftCard) {
  run(4000, 0, 2, [](test::Random& random) {
    FlowOptions options = long_records(random);
    options.corrupt = 20;
    return options;
  });
  EXPECT_GT(closed_, 10U);
}

FlowOptions tapped(test::Random& random) {
  FlowOptions options = long_records(random);
  options.tap = static_cast<card::TapMode>(random() % 3);
  options.tap_bytes = static_cast<uint32_t>(random() % 20000);
  options.corrupt = random() % 2 != 0 ? 20 : 0;
  options.finish_after = 0;
  return options;
}

TEST_F(RecordEngine, TheTapShowsWhatTheSoftCardsShows) {
  run(6000, 10, 5, tapped);
  std::printf("%zu entries of the tap\n", taps_);
  EXPECT_GT(taps_, 3000U);
  EXPECT_EQ(lost_, 0U);
}

TEST_F(RecordEngine, ATapThatIsNotReadLosesWholeEntriesAndHoldsUpNothing) {
  tap_stalls_ = Stalls(70, 7);
  loses_ = true;
  run(3000, 0, 6, tapped);
  std::printf("%zu entries of the tap, %zu lost\n", taps_, lost_);
  EXPECT_GT(taps_, 100U);
  EXPECT_GT(lost_, 100U);
  EXPECT_EQ(lost_, skipped_);
}

}  // namespace
}  // namespace vitrine::bench
