// record_frames by itself: a frame with a wrong checksum behind one that the tracker still walks.
#include "sim/bench/record/record_ports.h"
#include "sim/bench/record/spliced_flow.h"
#include "sim/bench/support/clocked.h"
#include "sim/bench/support/frame_stream.h"
#include "sim/bench/tcp/random_segment.h"
#include <Vrecord_frames.h>
#include <gtest/gtest.h>

#include "host/base/secret.h"

namespace vitrine::bench {
namespace {

constexpr auto kData = card::Direction::kFromOutside;
constexpr size_t kPeek = 13;
constexpr uint64_t kLong = 400;  // clocks, more than any frame here needs

class RecordFrames : public testing::Test {
 protected:
  // Counts what moves.
  struct Watch : Agent {
    explicit Watch(Vrecord_frames& model) : model_(model) {}
    void drive() override {}
    void sample() override {
      taken += model_.segment_valid_o & model_.segment_ready_i;
      wrong += model_.wrong_o;
      left += model_.out_valid_o & model_.out_ready_i & model_.out_last_o;
    }
    Vrecord_frames& model_;
    unsigned taken = 0;  // segments
    unsigned wrong = 0;
    unsigned left = 0;  // frames, for the cryptography
  };

  // Keys live in memory that is locked first.
  static void SetUpTestSuite() { ASSERT_TRUE(secure_memory_init()); }

  RecordFrames() : driver_(VITRINE_FRAME_IN(*model_, in)), watch_(*model_) {
    model_->in_valid_i = 0;
    model_->segment_ready_i = 0;
    model_->ended_i = 0;
    model_->peek_valid_i = 0;
    model_->room_i = 64;
    model_->out_ready_i = 1;
    model_.reset();
    model_.add(driver_);
    model_.add(watch_);
    driver_.on_frame([this](uint64_t number) {
      const FlowSegment& segment = segments_[number];
      model_->layout_i = layout_port(segment.parsed);
      segment_port(model_->segment_i.data(), 0, segment);
      edit_port(model_->edit_i, {0, 0, 0, 0}, 0, 0);
    });
  }

  void send(size_t size, bool right) {
    segments_.push_back(flow_.next_in_order(kData, size));
    auto frame = segments_.back().frame;
    if (!right && !frame.empty()) {
      frame.back() ^= 1;
    }
    driver_.send(frame);
  }
  // The tracker takes one segment.
  bool take() {
    const unsigned before = watch_.taken;
    model_->segment_ready_i = 1;
    const bool done = model_.tick_until([&] { return watch_.taken != before; }, kLong);
    model_->segment_ready_i = 0;
    return done;
  }
  void end_walk() {
    model_->ended_i = 1;
    model_.tick();
    model_->ended_i = 0;
  }
  std::vector<uint8_t> peek(size_t at) {
    model_->peek_at_i = static_cast<SData>(at);
    model_->peek_valid_i = 1;
    std::vector<uint8_t> bytes;
    for (uint64_t i = 0; i < kLong && bytes.empty(); ++i) {
      model_->eval();
      if (model_->peek_done_o != 0) {
        for (size_t byte = kPeek; byte-- > 0;) {
          bytes.push_back(
              static_cast<uint8_t>(model_->peek_data_o[byte / 4] >> (8 * (byte % 4)) & 0xff));
        }
      }
      model_.tick();
    }
    model_->peek_valid_i = 0;
    return bytes;
  }
  std::vector<uint8_t> payload(size_t number, size_t at) const {
    const auto begin = segments_[number].payload.begin() + static_cast<ptrdiff_t>(at);
    return {begin, begin + kPeek};
  }

  card::soft::SplicePools pools_{{1024, 4, 4, 32}};
  SplicedFlow flow_{FlowOptions(), pools_, 1};
  std::vector<FlowSegment> segments_;
  Clocked<Vrecord_frames> model_;
  FrameDriver driver_;
  Watch watch_;
};

TEST_F(RecordFrames, AWrongFrameWaitsForTheWalkOfTheOneBeforeIt) {
  send(700, true);
  send(300, false);
  ASSERT_TRUE(take());
  // Beats of the wrong frame must not be given back before those of the walked one: as many frames
  // follow as the store holds, and would write over it.
  for (int i = 0; i < 8; ++i) {
    send(600, true);
  }
  model_.ticks(kLong);
  EXPECT_EQ(watch_.wrong, 0U);
  EXPECT_EQ(watch_.left, 1U);
  for (const size_t at : {0, 50, 400, 680}) {
    EXPECT_EQ(peek(at), payload(0, at)) << at;
  }
  end_walk();
  ASSERT_TRUE(model_.tick_until([this] { return watch_.wrong == 1; }, kLong));
  for (size_t number = 2; number < segments_.size(); ++number) {
    ASSERT_TRUE(take()) << number;
    EXPECT_EQ(peek(100), payload(number, 100)) << number;
    end_walk();
  }
  model_.ticks(kLong);
  EXPECT_EQ(watch_.wrong, 1U);
  EXPECT_EQ(watch_.left, 9U);  // the wrong one never goes to the cryptography
}

TEST_F(RecordFrames, FramesGoOutWithoutAPauseBetweenThem) {
  for (int i = 0; i < 4; ++i) {
    send(600, true);
  }
  model_->out_ready_i = 0;
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(take());
    model_.ticks(20);
    end_walk();
  }
  size_t beats = 0;
  for (const FlowSegment& segment : segments_) {
    beats += (segment.frame.size() + kBeatBytes - 1) / kBeatBytes;
  }
  model_->out_ready_i = 1;
  const uint64_t begin = model_.clocks();
  ASSERT_TRUE(model_.tick_until([this] { return watch_.left == 4; }, kLong));
  EXPECT_EQ(model_.clocks() - begin, beats);
}

}  // namespace
}  // namespace vitrine::bench
