// The whole card with its rings set up and running, for tests.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/card/card_model.h"
#include <gtest/gtest.h>

#include "host/card/regs.h"

namespace vitrine::sim {

namespace regs = vitrine::card::regs;
using Frame = std::vector<uint8_t>;

class CardFixture : public testing::Test {
 protected:
  static constexpr uint32_t kEntry = 16384;
  static constexpr uint32_t kEntries = 16;
  // Rings in the memory, one behind the other.
  enum Ring : uint32_t { kPunt, kInject, kTap, kRings };

  void SetUp() override {
    for (int i = 0; i < 100 && (read(regs::kControlStatus) & 1U) == 0; ++i) {
      card_.clock(100);
    }
    ASSERT_EQ(read(regs::kControlStatus) & 1U, 1U);
    for (uint32_t i = 0; i < 12; ++i) {
      write(regs::kFlowsSeed, 0x9e3779b9U * (i + 1));
    }
    write(regs::kRingsPuntSize, kEntries);
    write(regs::kRingsInjectBaseLo, kInject * kEntries * kEntry);
    write(regs::kRingsInjectSize, kEntries);
    write(regs::kRingsTapBaseLo, kTap * kEntries * kEntry);
    write(regs::kRingsTapSize, kEntries);
    write(regs::kControlControl, 1);
  }

  void write(uint32_t address, uint32_t value) { EXPECT_TRUE(card_.axi_write(address, value)); }
  uint32_t read(uint32_t address) {
    uint32_t value = 0;
    EXPECT_TRUE(card_.axi_read(address, value));
    return value;
  }
  uint64_t counter(uint32_t address) {
    write(regs::kCountersSnapshot, 1);
    return read(address);
  }
  void settle() {
    card_.clock(20);
    for (int i = 0; i < 100000 && !card_.idle(); ++i) {
      card_.clock();
    }
    EXPECT_TRUE(card_.idle());
  }
  void otherwise(uint32_t action) {
    write(regs::kRulesOtherwise, action);
    write(regs::kRulesCommand, 3);
    card_.clock(20);
    EXPECT_EQ(read(regs::kRulesStatus), 0U);
  }

  uint8_t* entry(Ring ring, uint32_t number) {
    return memory_.data() + (ring * kEntries + number % kEntries) * size_t{kEntry};
  }

  std::vector<uint8_t> memory_ = std::vector<uint8_t>(kRings * kEntries * kEntry);
  CardModel card_{memory_};
};

}  // namespace vitrine::sim
