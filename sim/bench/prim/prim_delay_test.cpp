// prim_delay against a shift register, and its zeroize.
#include <optional>
#include <random>
#include <vector>

#include "sim/bench/support/clocked.h"
#include <Vprim_delay.h>
#include <gtest/gtest.h>

namespace vitrine::bench {
namespace {

constexpr size_t kDelay = 7;

TEST(PrimDelay, DataComesOutDelayClocksLater) {
  Clocked<Vprim_delay> delay;
  delay->zeroize_i = 0;
  delay->valid_i = 0;
  delay.reset();
  std::vector<std::optional<uint16_t>> sent;
  std::mt19937 random(4);
  size_t compared = 0;
  for (size_t i = 0; i < 5000; ++i) {
    delay->valid_i = random() % 2;
    delay->data_i = static_cast<uint16_t>(random());
    sent.push_back(delay->valid_i != 0 ? std::optional<uint16_t>(delay->data_i) : std::nullopt);
    delay->eval();
    if (i >= kDelay && sent[i - kDelay]) {
      ASSERT_EQ(delay->data_o, *sent[i - kDelay]);
      ++compared;
    }
    delay.tick();
  }
  EXPECT_GT(compared, 2000U);
}

TEST(PrimDelay, ZeroizeOverwrites) {
  Clocked<Vprim_delay> delay;
  delay->zeroize_i = 0;
  delay->valid_i = 1;
  delay->data_i = 0xbeef;
  delay.reset();
  delay.ticks(2 * kDelay);
  EXPECT_EQ(delay->data_o, 0xbeef);
  delay->valid_i = 0;
  delay->zeroize_i = 1;
  delay.ticks(kDelay);
  delay->zeroize_i = 0;
  for (size_t i = 0; i < 2 * kDelay; ++i) {
    EXPECT_EQ(delay->data_o, 0);
    delay.tick();
  }
}

}  // namespace
}  // namespace vitrine::bench
