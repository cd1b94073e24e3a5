// port_out: frames of three sources leave whole and in each source's order, or are dropped and said
// to be.
#include <random>

#include "sim/bench/port/port_frames.h"
#include "sim/bench/support/clocked.h"
#include <Vport_out.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vitrine::bench {
namespace {

constexpr size_t kInputs = 3;  // as in CMakeLists.txt
constexpr size_t kMaxBytes = 24 * kBeatBytes;

// Joins three sources' signals into the module's vectors, and gathers what it says about frames.
class PortOut : public Agent {
 public:
  PortOut(unsigned stall_in, unsigned stall_out)
      : monitor_(VITRINE_FRAME_OUT(*model_, out), Stalls(stall_out, 9)) {
    for (size_t i = 0; i < kInputs; ++i) {
      Wires& w = wires_[i];
      drivers_.push_back(std::make_unique<FrameDriver>(
          FramePort{&w.valid, &w.ready, &w.data, &w.bytes, &w.last}, Stalls(stall_in, 20 + i)));
    }
    join();
    model_.reset();
    model_.add(monitor_);
    model_.add(*this);
  }

  void send(size_t input, Frame frame) { drivers_[input]->send(std::move(frame)); }
  void run() {
    ASSERT_TRUE(model_.tick_until(
        [this] {
          return std::all_of(drivers_.begin(), drivers_.end(),
                             [](const auto& d) { return d->idle(); });
        },
        1'000'000));
    model_.ticks(2000);
  }
  void hold_output(bool hold) { hold_ = hold; }

  void drive() override {
    for (auto& driver : drivers_) {
      driver->drive();
    }
    join();
    if (hold_) {
      model_->out_ready_i = 0;
    }
  }
  void sample() override {
    for (size_t i = 0; i < kInputs; ++i) {
      wires_[i].ready = model_->in_ready_o >> i & 1U;
      drivers_[i]->sample();
    }
    if (model_->done_o != 0) {
      (model_->sent_o != 0 ? sent : dropped).push_back(model_->done_tag_o);
    }
  }

  std::deque<Frame>& frames() { return monitor_.frames(); }
  const std::vector<std::string>& violations() const { return monitor_.violations(); }
  uint64_t clocks() const { return model_.clocks(); }

  std::vector<unsigned> sent;  // tags in the order of done_o
  std::vector<unsigned> dropped;

 private:
  struct Wires {
    CData valid = 0;
    CData ready = 0;
    VlWide<16> data{};
    CData bytes = 0;
    CData last = 0;
  };
  // The tag is the lowest byte of the number in a frame's first beat, here kept for its other
  // beats.
  void join() {
    model_->in_valid_i = 0;
    model_->in_last_i = 0;
    model_->in_bytes_i = 0;
    model_->in_tag_i = 0;
    for (size_t i = 0; i < kInputs; ++i) {
      const Wires& w = wires_[i];
      model_->in_valid_i = static_cast<CData>(model_->in_valid_i | w.valid << i);
      model_->in_last_i = static_cast<CData>(model_->in_last_i | w.last << i);
      model_->in_bytes_i |= static_cast<IData>(w.bytes) << (7 * i);
      std::copy_n(w.data.data(), 16, &model_->in_data_i[16 * i]);
      model_->in_tag_i |= static_cast<IData>(0xa0 + i) << (8 * i);
    }
  }

  Clocked<Vport_out> model_;
  std::array<Wires, kInputs> wires_;
  std::vector<std::unique_ptr<FrameDriver>> drivers_;
  FrameMonitor monitor_;
  bool hold_ = false;
};

TEST(PortOut, SourcesTakeTurns) {
  PortOut port(0, 0);
  for (uint32_t i = 0; i < 10; ++i) {
    for (size_t input = 0; input < kInputs; ++input) {
      port.send(input, numbered_frame(static_cast<uint32_t>(1000 * input) + i, 64));
    }
  }
  port.run();
  ASSERT_EQ(port.frames().size(), 30U);
  std::vector<size_t> next(kInputs);
  for (size_t i = 0; i < 30; ++i) {
    const uint32_t number = number_of(port.frames()[i]);
    EXPECT_EQ(number % 1000, next[number / 1000]++);
    if (i >= 3) {
      EXPECT_EQ(number / 1000, number_of(port.frames()[i - 3]) / 1000) << "round robin";
    }
  }
}

TEST(PortOut, ASingleSourceHasTheWholeRate) {
  PortOut port(0, 0);
  for (uint32_t i = 0; i < 500; ++i) {
    port.send(1, numbered_frame(i, 64));
  }
  const uint64_t before = port.clocks();
  port.run();
  EXPECT_EQ(port.frames().size(), 500U);
  EXPECT_LE(port.clocks() - before, 500U + 2000U + 1U);
}

TEST(PortOut, WhatFindsNoRoomIsDroppedWholeWithItsTag) {
  PortOut port(0, 0);
  port.hold_output(true);
  for (uint32_t i = 0; i < 8; ++i) {
    port.send(2, numbered_frame(i, 640));
  }
  port.run();
  EXPECT_EQ(port.sent, std::vector<unsigned>(3, 0xa2));
  EXPECT_EQ(port.dropped, std::vector<unsigned>(5, 0xa2));
  port.hold_output(false);
  port.run();
  ASSERT_EQ(port.frames().size(), 3U);
  for (uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(port.frames()[i], numbered_frame(i, 640));
  }
}

TEST(PortOut, RandomTrafficLeavesWholeAndInOrderOrIsSaidToBeDropped) {
  constexpr uint32_t kFrames = 6000;  // a source
  PortOut port(20, 22);
  std::mt19937 random(6);
  std::vector<std::vector<Frame>> sent(kInputs);
  for (uint32_t i = 0; i < kFrames; ++i) {
    for (size_t input = 0; input < kInputs; ++input) {
      const size_t length = random() % 100 == 0 ? kMaxBytes + 1 + random() % 500
                                                : 4 + random() % (random() % 2 == 0 ? 100 : 1000);
      sent[input].push_back(numbered_frame(static_cast<uint32_t>(input) << 24U | i, length));
      port.send(input, sent[input].back());
    }
  }
  port.run();
  EXPECT_EQ(port.sent.size() + port.dropped.size(), kFrames * kInputs);
  ASSERT_EQ(port.frames().size(), port.sent.size());
  std::array<uint32_t, kInputs> next{};
  for (size_t i = 0; i < port.frames().size(); ++i) {
    const Frame& frame = port.frames()[i];
    const size_t input = number_of(frame) >> 24U;
    ASSERT_LT(input, kInputs);
    EXPECT_EQ(port.sent[i], 0xa0 + input);
    const uint32_t number = number_of(frame) & 0xffffffU;
    ASSERT_GE(number, next[input]) << "out of order or doubled";
    next[input] = number + 1;
    ASSERT_EQ(frame, sent[input][number]);
    EXPECT_LE(frame.size(), kMaxBytes);
  }
  EXPECT_GT(port.sent.size(), kFrames);
  EXPECT_GT(port.dropped.size(), 500U);
  EXPECT_THAT(port.violations(), testing::IsEmpty());
}

}  // namespace
}  // namespace vitrine::bench
