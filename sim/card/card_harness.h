// The whole card for its tests: registers and rings set up, time stopped at 0.
//
// Rings of kEntries entries of kEntry bytes: punts and events at 0, tap at 2, inject at 1 times
// kRing. Single thread.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/card/card_model.h"
#include <gtest/gtest.h>

#include "host/card/regs.h"

namespace vitrine::sim {

class CardHarness : public testing::Test {
 protected:
  static constexpr uint32_t kEntry = 16384;
  static constexpr uint32_t kEntries = 16;
  static constexpr uint32_t kRing = kEntries * kEntry;

  void SetUp() override {
    for (int i = 0; i < 100 && (read(card::regs::kControlStatus) & 1U) == 0; ++i) {
      card_.clock(100);
    }
    ASSERT_EQ(read(card::regs::kControlStatus) & 1U, 1U);
    for (uint32_t i = 0; i < 12; ++i) {
      write(card::regs::kFlowsSeed, 0x9e3779b9U * (i + 1));
    }
    write(card::regs::kRingsPuntSize, kEntries);
    write(card::regs::kRingsInjectBaseLo, kEntries * kEntry);
    write(card::regs::kRingsInjectSize, kEntries);
    write(card::regs::kControlControl, 1);
  }

  void write(uint32_t address, uint32_t value) { EXPECT_TRUE(card_.axi_write(address, value)); }
  uint32_t read(uint32_t address) {
    uint32_t value = 0;
    EXPECT_TRUE(card_.axi_read(address, value));
    return value;
  }
  uint64_t counter(uint32_t address) {
    write(card::regs::kCountersSnapshot, 1);
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
    write(card::regs::kRulesOtherwise, action);
    write(card::regs::kRulesCommand, 3);
    card_.clock(20);
    EXPECT_EQ(read(card::regs::kRulesStatus), 0U);
  }

  std::vector<uint8_t> memory_ = std::vector<uint8_t>(3 * kRing);
  CardModel card_{memory_};
};

}  // namespace vitrine::sim
