// csr_counters: sums over the carry, and copies that are of one clock.
#include <array>
#include <random>

#include "sim/bench/support/clocked.h"
#include <Vcsr_counters.h>
#include <gtest/gtest.h>

namespace vitrine::bench {
namespace {

constexpr size_t kCounters = 4;  // as in CMakeLists.txt

uint64_t copy(Clocked<Vcsr_counters>& counters, size_t i) {
  return counters->copy_o[2 * i] | static_cast<uint64_t>(counters->copy_o[2 * i + 1]) << 32U;
}

TEST(CsrCounters, CopiesAreTheSumsOfTheClockTheyWereTakenIn) {
  Clocked<Vcsr_counters> counters;
  counters->add_i = 0;
  counters->snapshot_i = 0;
  counters.reset();
  std::array<uint64_t, kCounters> sums{};
  std::array<uint64_t, kCounters> copies{};
  std::mt19937 random(8);
  for (int clock = 0; clock < 20000; ++clock) {
    counters->add_i = static_cast<CData>(random());
    counters->snapshot_i = random() % 20 == 0;
    if (counters->snapshot_i != 0) {
      copies = sums;
    }
    for (size_t i = 0; i < kCounters; ++i) {
      sums[i] += counters->add_i >> (2 * i) & 3U;
    }
    counters.tick();
    for (size_t i = 0; i < kCounters; ++i) {
      ASSERT_EQ(copy(counters, i), copies[i]);
    }
  }
  EXPECT_GT(copies[0], 20000U);
}

TEST(CsrCounters, ResetClearsCountersAndCopies) {
  Clocked<Vcsr_counters> counters;
  counters->add_i = 0xff;
  counters->snapshot_i = 1;
  counters.reset();
  counters.ticks(10);
  EXPECT_GT(copy(counters, 0), 0U);
  counters->add_i = 0;
  counters.reset();
  counters.ticks(2);
  for (size_t i = 0; i < kCounters; ++i) {
    EXPECT_EQ(copy(counters, i), 0U);
  }
}

}  // namespace
}  // namespace vitrine::bench
