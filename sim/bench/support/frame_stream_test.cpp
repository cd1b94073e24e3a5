// The stream's driver and monitor, wired to each other without a model between.
#include "sim/bench/support/frame_stream.h"

#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vitrine::bench {
namespace {

struct Wires {
  CData valid = 0;
  CData ready = 0;
  VlWide<16> data;
  CData bytes = 0;
  CData last = 0;
  FramePort port() { return {&valid, &ready, &data, &bytes, &last}; }
};

Frame counting(size_t length) {
  Frame frame(length);
  std::iota(frame.begin(), frame.end(), uint8_t{1});
  return frame;
}

void clock(FrameDriver& driver, FrameMonitor& monitor) {
  driver.drive();
  monitor.drive();
  driver.sample();
  monitor.sample();
}

TEST(FrameStream, FramesOfEveryLengthArriveWhole) {
  Wires wires;
  FrameDriver driver(wires.port(), Stalls(30, 1));
  FrameMonitor monitor(wires.port(), Stalls(30, 2));
  for (size_t length = 1; length <= 300; ++length) {
    driver.send(counting(length));
  }
  for (int i = 0; i < 20000 && !driver.idle(); ++i) {
    clock(driver, monitor);
  }
  ASSERT_EQ(monitor.frames().size(), 300U);
  for (size_t length = 1; length <= 300; ++length) {
    EXPECT_EQ(monitor.frames()[length - 1], counting(length));
  }
  EXPECT_THAT(monitor.violations(), testing::IsEmpty());
}

TEST(FrameStream, WithoutStallsABeatMovesEveryClock) {
  Wires wires;
  FrameDriver driver(wires.port());
  FrameMonitor monitor(wires.port());
  driver.send(counting(130));
  driver.send(counting(64));
  for (int i = 0; i < 4; ++i) {
    clock(driver, monitor);
  }
  EXPECT_EQ(monitor.frames().size(), 2U);
}

TEST(FrameStream, MonitorReportsAWithdrawnBeat) {
  Wires wires;
  FrameMonitor monitor(wires.port(), Stalls(100));
  monitor.drive();
  wires.valid = 1;
  wires.bytes = 10;
  wires.last = 1;
  monitor.sample();
  wires.valid = 0;
  monitor.sample();
  EXPECT_EQ(monitor.violations().size(), 1U);
}

TEST(FrameStream, MonitorReportsAChangedBeatAndAShortOne) {
  Wires wires;
  FrameMonitor monitor(wires.port(), Stalls(0));
  wires.valid = 1;
  wires.bytes = 10;
  wires.last = 1;
  monitor.sample();  // not ready yet
  wires.bytes = 9;
  monitor.sample();
  EXPECT_EQ(monitor.violations().size(), 1U);
  wires.ready = 1;
  wires.last = 0;
  monitor.sample();  // changed again, and too short for a beat in the middle
  EXPECT_EQ(monitor.violations().size(), 3U);
}

}  // namespace
}  // namespace vitrine::bench
