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

}  // namespace
}  // namespace vitrine::bench
