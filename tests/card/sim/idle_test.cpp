// A card of RTL that has nothing to do costs no clock.
#include <chrono>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

#include "host/card/sim/rtl_model.h"
#include "host/card/soft/memory_port.h"
#include "tests/card/memory_bench.h"

namespace vitrine::card::sim {
namespace {

class IdleTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto model = rtl_model();
    ASSERT_TRUE(model.is_ok()) << model.status().to_string();
    SimBusConfig config;
    config.inside = std::make_unique<soft::MemoryPort>(wires_[0], false);
    config.outside = std::make_unique<soft::MemoryPort>(wires_[1], false);
    config.memory_bytes = 1U << 20;
    config.clock = &clock_;
    bus_ = std::make_unique<SimBus>(std::move(config), *model);
    ASSERT_TRUE(bus_->settle().is_ok()) << "memories are cleared";
  }
  // Until the thread has looked for work so often and found none.
  void wait_naps(uint64_t count) {
    for (const uint64_t until = bus_->naps() + count; bus_->naps() < until;) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  test::SharedClock clock_;
  std::array<soft::MemoryWire, 2> wires_;
  std::unique_ptr<SimBus> bus_;
};

TEST_F(IdleTest, NoClockTicksWhileNothingMovesAndTimeStands) {
  wait_naps(1);
  const uint64_t clocks = bus_->clocks();
  wait_naps(5);
  EXPECT_EQ(bus_->clocks(), clocks);
  soft::StoredFrame frame;
  frame.bytes.resize(64);
  ASSERT_TRUE(wires_[0].put(std::move(frame)));
  ASSERT_TRUE(bus_->settle().is_ok());
  wait_naps(1);
  EXPECT_GT(bus_->clocks(), clocks);
}

TEST_F(IdleTest, TimeCostsAHandfulOfClocksWheneverTheThreadLooks) {
  wait_naps(1);
  const uint64_t clocks = bus_->clocks();
  for (int i = 0; i < 5; ++i) {
    clock_.advance_ms(50);
    wait_naps(1);
  }
  EXPECT_GT(bus_->clocks(), clocks);
  EXPECT_LE(bus_->clocks() - clocks, 6U * 64);
}

}  // namespace
}  // namespace vitrine::card::sim
