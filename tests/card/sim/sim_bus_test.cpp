// The thread of a simulated card, with a model of a few lines: registers that keep what is written,
// and frames that leave by the other port after some clocks.
#include "host/card/sim/sim_bus.h"

#include <atomic>
#include <chrono>
#include <deque>
#include <map>
#include <thread>

#include <gtest/gtest.h>
#include <poll.h>

#include "host/card/soft/memory_port.h"

namespace vitrine::card::sim {
namespace {

constexpr uint32_t kCopyToMemory = 0x10;  // writes the value to the start of the memory
constexpr uint32_t kInterrupt = 0x14;     // bit 0 is the line
constexpr uint32_t kRefused = 0x20;
constexpr unsigned kLatency = 200;

class LoopModel : public Model {
 public:
  explicit LoopModel(MutableBytes memory) : memory_(memory) {}

  bool axi_write(uint32_t address, uint32_t value) override {
    if (address == kCopyToMemory) {
      memory_[0] = static_cast<uint8_t>(value);
    }
    registers_[address] = value;
    return address != kRefused;
  }
  bool axi_read(uint32_t address, uint32_t& value) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(read_takes_ms.load()));
    value = registers_[address];
    return address != kRefused;
  }
  void put_frame(unsigned port, Bytes frame) override {
    frames_[port].push_back({{frame.begin(), frame.end()}, kLatency});
  }
  size_t frames_waiting(unsigned port) const override { return frames_[port].size(); }
  bool take_frame(unsigned port, std::vector<uint8_t>& frame) override {
    auto& from = frames_[1 - port];
    if (from.empty() || from.front().clocks_left != 0) {
      return false;
    }
    frame = std::move(from.front().bytes);
    from.pop_front();
    return true;
  }
  void set_time_ms(uint32_t milliseconds) override { time_ms = milliseconds; }
  void clock(unsigned count) override {
    ticked += count;
    for (auto& queue : frames_) {
      for (auto& frame : queue) {
        frame.clocks_left -= std::min(frame.clocks_left, count);
      }
    }
  }
  bool idle() const override { return frames_[0].empty() && frames_[1].empty(); }
  bool interrupt() const override {
    const auto found = registers_.find(kInterrupt);
    return found != registers_.end() && (found->second & 1U) != 0;
  }

  uint64_t clocks() const override { return ticked; }

  std::atomic<uint64_t> ticked{0};
  std::atomic<uint32_t> time_ms{0};
  std::atomic<int> read_takes_ms{0};

 private:
  struct Moving {
    std::vector<uint8_t> bytes;
    unsigned clocks_left;
  };
  MutableBytes memory_;
  std::map<uint32_t, uint32_t> registers_;
  std::array<std::deque<Moving>, 2> frames_;
};

class SimBusTest : public ::testing::Test {
 protected:
  SimBusTest() {
    SimBusConfig config;
    config.inside = std::make_unique<soft::MemoryPort>(wires[0], false);
    config.outside = std::make_unique<soft::MemoryPort>(wires[1], false);
    config.memory_bytes = 1U << 20;
    bus = std::make_unique<SimBus>(std::move(config), [this](MutableBytes memory) {
      auto made = std::make_unique<LoopModel>(memory);
      model = made.get();
      return made;
    });
  }
  static bool is_readable(int fd) {
    pollfd p{fd, POLLIN, 0};
    return ::poll(&p, 1, 0) == 1;
  }
  template <typename Done>
  static bool eventually(Done&& done) {
    for (int i = 0; i < 20'000; ++i) {
      if (done()) {
        return true;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  }
  static soft::StoredFrame frame_of(std::vector<uint8_t> bytes) {
    soft::StoredFrame frame;
    frame.bytes = std::move(bytes);
    return frame;
  }

  std::array<soft::MemoryWire, 2> wires;
  LoopModel* model = nullptr;
  std::unique_ptr<SimBus> bus;
};

TEST_F(SimBusTest, AReadSeesEveryWriteBeforeIt) {
  for (uint32_t i = 1; i <= 10'000; ++i) {
    ASSERT_TRUE(bus->write32(4 * (i % 3), i).is_ok());
  }
  std::array<uint32_t, 3> words{};
  ASSERT_TRUE(bus->read_block(0, words).is_ok());
  EXPECT_EQ(words, (std::array<uint32_t, 3>{9999, 10000, 9998}));
}

TEST_F(SimBusTest, ReadsOfManyThreadsEachGetTheirOwn) {
  for (uint32_t i = 0; i < 4; ++i) {
    ASSERT_TRUE(bus->write32(4 * i, 100 + i).is_ok());
  }
  std::vector<std::thread> threads;
  for (uint32_t i = 0; i < 4; ++i) {
    threads.emplace_back([this, i] {
      for (int round = 0; round < 200; ++round) {
        const auto value = bus->read32(4 * i);
        ASSERT_TRUE(value.is_ok());
        ASSERT_EQ(*value, 100 + i);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

TEST_F(SimBusTest, ARefusedAccessIsToldOnceAndByItsAddress) {
  ASSERT_TRUE(bus->write32(kRefused, 1).is_ok()) << "posted";
  const Status status = bus->read32(0).status();
  EXPECT_EQ(status.code(), Code::kInternal);
  EXPECT_NE(status.message().find("0x0020"), std::string::npos) << status.message();
  EXPECT_TRUE(bus->read32(0).is_ok());
  EXPECT_EQ(bus->read32(kRefused).status().code(), Code::kInternal);
}

TEST_F(SimBusTest, ASimulationThatDoesNotAnswerIsACardThatHangs) {
  ASSERT_TRUE(bus->write32(0, 7).is_ok());
  ASSERT_TRUE(bus->write32(4, 8).is_ok());
  model->read_takes_ms = kCommandTimeoutMs * 3 / 2;
  const Status status = bus->read32(0).status();
  EXPECT_EQ(status.code(), Code::kTimeout);
  EXPECT_NE(status.message().find("card hung"), std::string::npos) << status.message();
  // What the late answer was for has gone; the next read gets its own.
  model->read_takes_ms = 0;
  uint32_t value = 0;
  ASSERT_TRUE(eventually([&] {
    const auto read = bus->read32(4);
    value = read ? *read : 0;
    return read.is_ok();
  }));
  EXPECT_EQ(value, 8U);
}

TEST_F(SimBusTest, FramesGoThroughTheModelInOrder) {
  for (uint8_t i = 0; i < 200; ++i) {
    ASSERT_TRUE(wires[0].put(frame_of({i, 1, 2})));
  }
  std::vector<soft::StoredFrame> seen;
  ASSERT_TRUE(eventually([&] {
    for (auto& frame : wires[1].take()) {
      seen.push_back(std::move(frame));
    }
    return seen.size() == 200;
  }));
  for (size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i].bytes, (std::vector<uint8_t>{static_cast<uint8_t>(i), 1, 2}));
  }
  ASSERT_TRUE(wires[1].put(frame_of({9})));
  EXPECT_TRUE(eventually([&] { return wires[0].take().size() == 1; }));
}

TEST_F(SimBusTest, FramesThatNoCardTakesAreCountedAsMissed) {
  ASSERT_TRUE(wires[1].put(frame_of(std::vector<uint8_t>(SimBus::kMaxFrame + 1))));
  soft::StoredFrame lost = frame_of({1});
  lost.meta.lost = true;
  ASSERT_TRUE(wires[0].put(std::move(lost)));
  ASSERT_TRUE(wires[0].put(frame_of(std::vector<uint8_t>(SimBus::kMaxFrame))));
  EXPECT_TRUE(eventually([&] { return wires[1].take().size() == 1; }));
  EXPECT_TRUE(eventually([&] {
    const driver::LossesBefore losses = bus->losses();
    return losses.missed[1] == 1 && losses.impaired[0] == 1 && losses.missed[0] == 0;
  }));
}

TEST_F(SimBusTest, TheInterruptFollowsTheLine) {
  EXPECT_FALSE(is_readable(bus->interrupt_fd()));
  ASSERT_TRUE(bus->write32(kInterrupt, 1).is_ok());
  ASSERT_TRUE(bus->read32(0).is_ok());
  EXPECT_TRUE(is_readable(bus->interrupt_fd()));
  ASSERT_TRUE(bus->write32(kInterrupt, 0).is_ok());
  ASSERT_TRUE(bus->read32(0).is_ok());
  EXPECT_FALSE(is_readable(bus->interrupt_fd()));
}

TEST_F(SimBusTest, MemoryIsSharedWithTheModel) {
  const auto first = bus->allocate(100);
  const auto second = bus->allocate(5000);
  ASSERT_TRUE(first.is_ok() && second.is_ok());
  EXPECT_EQ(first->bus_address, 0U);
  EXPECT_EQ(second->bus_address, 4096U);
  EXPECT_EQ(second->bytes.size(), 5000U);
  ASSERT_TRUE(bus->write32(kCopyToMemory, 0x5a).is_ok());
  ASSERT_TRUE(bus->read32(0).is_ok());
  EXPECT_EQ(first->bytes[0], 0x5a);
  EXPECT_EQ(bus->allocate(2U << 20).status().code(), Code::kExhausted);
}

TEST_F(SimBusTest, WithNothingToDoTheThreadSleepsAndTimeGoesOn) {
  ASSERT_TRUE(eventually([&] { return bus->naps() > 2; }));
  const uint64_t clocks = model->ticked;
  const uint64_t naps = bus->naps();
  const uint32_t time_ms = model->time_ms;
  ASSERT_TRUE(eventually([&] { return bus->naps() >= naps + 4; }));
  EXPECT_LE(model->ticked - clocks, 2 * (bus->naps() - naps) + 2) << "a clock a nap, not a stream";
  EXPECT_NE(model->time_ms, time_ms) << "what waits for the time sees it";
}

}  // namespace
}  // namespace vitrine::card::sim
