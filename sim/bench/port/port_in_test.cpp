// port_in: frames go on whole, in order and unchanged, or are dropped whole and counted as what
// they are.
#include <random>

#include "sim/bench/port/port_frames.h"
#include "sim/bench/support/clocked.h"
#include <Vport_in.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vitrine::bench {
namespace {

constexpr size_t kDepthBytes = 32 * kBeatBytes;  // as in CMakeLists.txt
constexpr size_t kMaxBytes = 24 * kBeatBytes;

// The MAC's side: the module has no ready, so `ready` is a constant here. Counts what it says about
// frames.
class PortIn : public Agent {
 public:
  PortIn(unsigned stall_in, unsigned stall_out)
      : driver_({&model_->in_valid_i, &always_ready_, &model_->in_data_i, &model_->in_bytes_i,
                 &model_->in_last_i},
                Stalls(stall_in, 3)),
        monitor_(VITRINE_FRAME_OUT(*model_, out), Stalls(stall_out, 4)) {
    driver_.on_frame([this](uint64_t number) { frame_ = number; });
    model_->in_error_i = 0;
    model_.reset();
    model_.add(driver_);
    model_.add(monitor_);
    model_.add(*this);
  }

  void send(Frame frame, bool error = false) {
    driver_.send(std::move(frame));
    errors_.push_back(error);
  }
  void run() {
    ASSERT_TRUE(model_.tick_until([this] { return driver_.idle(); }, 1'000'000));
    model_.ticks(2000);
  }
  void hold_output(bool hold) { hold_ = hold; }

  void drive() override {
    model_->in_error_i = model_->in_valid_i != 0 && model_->in_last_i != 0 && errors_[frame_];
    if (hold_) {
      model_->out_ready_i = 0;
    }
  }
  void sample() override {
    const int pulses = model_->received_o + model_->missed_o + model_->refused_o;
    EXPECT_LE(pulses, 1);
    if (pulses != 0) {
      fates.push_back(model_->received_o != 0 ? 'r' : model_->missed_o != 0 ? 'm' : 'e');
    }
    if (model_->in_valid_i != 0 && model_->in_last_i != 0) {
      last_in = model_.clocks();
    }
    if (model_->out_valid_o != 0 && first_out == 0) {
      first_out = model_.clocks();
    }
  }

  std::deque<Frame>& frames() { return monitor_.frames(); }
  const std::vector<std::string>& violations() const { return monitor_.violations(); }
  Clocked<Vport_in>& model() { return model_; }

  std::string fates;  // a letter a frame: received, missed, refused with error
  uint64_t last_in = 0;
  uint64_t first_out = 0;

 private:
  Clocked<Vport_in> model_;
  CData always_ready_ = 1;
  FrameDriver driver_;
  FrameMonitor monitor_;
  std::vector<bool> errors_;
  uint64_t frame_ = 0;
  bool hold_ = false;
};

TEST(PortIn, FramesOfEveryLengthPassUnchanged) {
  PortIn port(0, 0);
  for (size_t length = 4; length <= kMaxBytes; length += 3) {
    port.send(numbered_frame(static_cast<uint32_t>(length), length));
  }
  port.run();
  size_t i = 0;
  for (size_t length = 4; length <= kMaxBytes; length += 3, ++i) {
    ASSERT_LT(i, port.frames().size());
    EXPECT_EQ(port.frames()[i], numbered_frame(static_cast<uint32_t>(length), length));
  }
  EXPECT_EQ(port.fates, std::string(i, 'r'));
  EXPECT_THAT(port.violations(), testing::IsEmpty());
}

TEST(PortIn, SmallFramesPassOneAClock) {
  PortIn port(0, 0);
  for (uint32_t i = 0; i < 1000; ++i) {
    port.send(numbered_frame(i, 64));
  }
  port.run();
  EXPECT_EQ(port.fates, std::string(1000, 'r'));
  EXPECT_EQ(port.frames().size(), 1000U);
}

TEST(PortIn, TheFirstBeatComesThreeClocksAfterTheLastWentIn) {
  PortIn port(0, 0);
  port.send(numbered_frame(1, 300));
  port.run();
  EXPECT_EQ(port.first_out - port.last_in, 3U);
}

TEST(PortIn, WhatFindsNoRoomIsDroppedWholeAndCounted) {
  PortIn port(0, 0);
  port.hold_output(true);
  for (uint32_t i = 0; i < 10; ++i) {
    port.send(
        numbered_frame(i, 640));  // three fit, with three beats left: one waits outside the memory
  }
  port.send(numbered_frame(10, 100));  // fits still
  port.send(numbered_frame(11, 65));   // needs two beats where one is left
  port.send(numbered_frame(12, 64));
  port.run();
  EXPECT_EQ(port.fates, "rrrmmmmmmmrmr");
  port.hold_output(false);
  port.run();
  ASSERT_EQ(port.frames().size(), 5U);
  EXPECT_EQ(port.frames()[2], numbered_frame(2, 640));
  EXPECT_EQ(port.frames()[3], numbered_frame(10, 100));
  EXPECT_EQ(port.frames()[4], numbered_frame(12, 64));
}

TEST(PortIn, DamagedAndOverlongFramesAreRefused) {
  PortIn port(0, 0);
  port.send(numbered_frame(0, 64), true);
  port.send(numbered_frame(1, 640), true);
  port.send(numbered_frame(2, kMaxBytes));
  port.run();
  port.send(numbered_frame(3, kMaxBytes + 1));
  port.send(numbered_frame(4, 3 * kDepthBytes));
  port.send(numbered_frame(5, 64));
  port.run();
  EXPECT_EQ(port.fates, "eereer");
  ASSERT_EQ(port.frames().size(), 2U);
  EXPECT_EQ(port.frames()[0], numbered_frame(2, kMaxBytes));
  EXPECT_EQ(port.frames()[1], numbered_frame(5, 64));
}

TEST(PortIn, RandomTrafficIsNeitherLostNorDoubledBeyondWhatIsCounted) {
  constexpr uint32_t kFrames = 20'000;
  PortIn port(10, 18);
  std::mt19937 random(5);
  std::vector<Frame> sent;
  std::vector<bool> damaged;
  for (uint32_t i = 0; i < kFrames; ++i) {
    const size_t length = random() % 40 == 0 ? kMaxBytes + random() % 1000
                                             : 4 + random() % (random() % 2 == 0 ? 120 : 1200);
    sent.push_back(numbered_frame(i, length));
    damaged.push_back(random() % 30 == 0);
    port.send(sent.back(), damaged.back());
  }
  port.run();
  ASSERT_EQ(port.fates.size(), kFrames);
  size_t out = 0;
  std::array<size_t, 3> counts{};
  for (uint32_t i = 0; i < kFrames; ++i) {
    const char fate = port.fates[i];
    ++counts[fate == 'r' ? 0 : fate == 'm' ? 1 : 2];
    if (fate == 'r') {
      EXPECT_FALSE(damaged[i] || sent[i].size() > kMaxBytes) << i;
      ASSERT_LT(out, port.frames().size());
      ASSERT_EQ(port.frames()[out++], sent[i]) << i;
    } else if (fate == 'e') {
      EXPECT_TRUE(damaged[i] || sent[i].size() > kMaxBytes) << i;
    }
  }
  EXPECT_EQ(out, port.frames().size());
  EXPECT_GT(counts[0], 5000U);
  EXPECT_GT(counts[1], 1000U);
  EXPECT_GT(counts[2], 500U);
  EXPECT_THAT(port.violations(), testing::IsEmpty());
}

}  // namespace
}  // namespace vitrine::bench
