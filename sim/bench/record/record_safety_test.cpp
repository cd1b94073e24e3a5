// What record_engine must not keep: keys of a flow that ended, and anything secret after zeroize_i;
// found by a search of the model's whole state.
#include "sim/bench/record/engine_harness.h"
#include "sim/bench/support/windows.h"
#include <Vrecord_engine___024root.h>

namespace vitrine::bench {
namespace {

using test::ByteVector;

class RecordSafety : public EngineHarness {
 protected:
  static constexpr unsigned kWipe = 16 + 40;  // record_engine's header: keys of a flow that ended
  static constexpr unsigned kClear = 514 + 2 * kContexts + 8;  // and zeroize_i

  RecordSafety()
      : driver_(VITRINE_FRAME_IN(*model_, in)), monitor_(VITRINE_FRAME_OUT(*model_, out)) {
    begin(driver_, monitor_);
  }

  void open_flow(size_t context, const FlowOptions& options) {
    flows_[context] = std::make_unique<SplicedFlow>(options, pools_, context + 1);
    open(context);
  }

  Windows state() {
    return Windows(
        Bytes(reinterpret_cast<const uint8_t*>(model_->rootp), sizeof(Vrecord_engine___024root)));
  }

  bool holds_keys_of(size_t context) { return holds_keys_of(context, state()); }
  bool holds_keys_of(size_t context, const Windows& windows) const {
    const SplicedFlow& flow = *flows_[context];
    for (const auto direction : {Direction::kFromInside, Direction::kFromOutside}) {
      for (size_t generation = 0; generation < flow.installed(direction); ++generation) {
        if (windows.hold(flow.in_key(direction, generation).key) ||
            windows.hold(flow.out_key(direction, generation).key)) {
          return true;
        }
      }
    }
    return false;
  }

  FrameDriver driver_;
  FrameMonitor monitor_;
};

TEST_F(RecordSafety, KeysOfAFlowThatABadRecordEndsAreGoneAtOnce) {
  FlowOptions options;
  options.smallest_record = 100;
  options.odd_records = 0;
  open_flow(0, options);
  open_flow(1, options);
  options.corrupt = 1000;
  open_flow(2, options);
  for (int i = 0; i < 400 && !flows_[2]->closed(); ++i) {
    send(driver_, 2, flows_[2]->next());
    send(driver_, 0, flows_[0]->next());
  }
  ASSERT_TRUE(flows_[2]->closed());
  ASSERT_TRUE(holds_keys_of(2));
  ASSERT_NO_FATAL_FAILURE(drain(monitor_));
  ASSERT_EQ(closed_, 1U);
  model_.ticks(kWipe);
  EXPECT_FALSE(holds_keys_of(2));
  EXPECT_TRUE(holds_keys_of(0));
  EXPECT_TRUE(holds_keys_of(1));
}

TEST_F(RecordSafety, KeysOfAFlowThatFinEndsAreGoneAtOnce) {
  FlowOptions options;
  options.loss = 0;
  options.smallest_record = 100;
  options.odd_records = 0;
  options.finish_after = 20;
  open_flow(3, options);
  for (int i = 0; i < 2000 && !flows_[3]->closed(); ++i) {
    send(driver_, 3, flows_[3]->next());
    ASSERT_NO_FATAL_FAILURE(step(monitor_));
  }
  ASSERT_TRUE(flows_[3]->closed());
  ASSERT_NO_FATAL_FAILURE(drain(monitor_));
  ASSERT_EQ(closed_, 1U);
  model_.ticks(kWipe);
  EXPECT_FALSE(holds_keys_of(3));
}

TEST_F(RecordSafety, KeysOfAFlowThatIsClosedFromOutsideAreGoneAsTheCommandIsDone) {
  open_flow(0, {});
  open_flow(1, {});
  model_.ticks(20);
  ASSERT_TRUE(holds_keys_of(1));
  command(2, 1, Direction::kFromInside);
  EXPECT_FALSE(holds_keys_of(1));
  EXPECT_TRUE(holds_keys_of(0));
}

TEST_F(RecordSafety, ZeroizeLeavesNothingSecretWhereverItComes) {
  FlowOptions options;
  options.smallest_record = 400;
  options.odd_records = 0;
  options.loss = 0;
  for (unsigned round = 0; round < 30; ++round) {
    for (size_t context = 0; context < kContexts; ++context) {
      open_flow(context, options);
    }
    for (int i = 0; i < 40; ++i) {
      send(driver_, i % kContexts,
           flows_[i % kContexts]->next_in_order(Direction::kFromInside, 700));
    }
    const uint64_t until = model_.clocks() + 50 + round * 17;
    while (model_.clocks() < until) {
      ASSERT_NO_FATAL_FAILURE(step(monitor_));
    }
    bool seen = false;
    const Windows before = state();
    for (const auto& flow : flows_) {
      for (const ByteVector& content : flow->contents(Direction::kFromInside)) {
        seen = seen || before.hold(content);
      }
    }
    EXPECT_TRUE(seen || round < 10) << "the search does not find plaintext where it must be";
    ASSERT_TRUE(holds_keys_of(0));
    model_->zeroize_i = 1;
    model_.tick();
    model_->zeroize_i = 0;
    unsigned clocks = 0;
    for (; model_->clearing_o != 0; ++clocks) {
      model_.tick();
    }
    EXPECT_LE(clocks, kClear);
    const Windows after = state();
    for (size_t context = 0; context < kContexts; ++context) {
      EXPECT_FALSE(holds_keys_of(context, after));
      for (const ByteVector& content : flows_[context]->contents(Direction::kFromInside)) {
        ASSERT_FALSE(after.hold(content)) << "round " << round;
      }
    }
    // Frames of before are refused; nothing more leaves of them.
    for (int i = 0; i < 4000; ++i) {
      model_.tick();
    }
    EXPECT_TRUE(monitor_.violations().empty());
    monitor_.frames().clear();
    expected_.clear();
    leaving_.clear();
    sending_.clear();
    idle_ = 0;
  }
}

TEST_F(RecordSafety, PowerOnClearsByItself) {
  // Memories start with random values, so a search would find nothing; what is read must be zero.
  unsigned clocks = 0;
  for (; model_->clearing_o != 0; ++clocks) {
    model_.tick();
  }
  EXPECT_GT(clocks, 0U);
  EXPECT_LE(clocks, kClear);
  const auto& keys = model_->rootp->record_engine__DOT__u_keys__DOT__u_keys__DOT__memory;
  for (size_t row = 0; row < 8 * kContexts; ++row) {
    for (size_t word = 0; word < sizeof keys[0] / 4; ++word) {
      ASSERT_EQ(keys[row][word], 0U);
    }
  }
}

}  // namespace
}  // namespace vitrine::bench
