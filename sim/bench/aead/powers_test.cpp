// aead_powers: H^1 ... H^8 of both keys, at the shortest distance of two pieces.
#include <deque>
#include <random>

#include "sim/bench/aead/blocks.h"
#include "sim/bench/support/clocked.h"
#include <Vaead_powers.h>
#include <gtest/gtest.h>

namespace vitrine::bench {
namespace {

constexpr uint64_t kLatency = 11;
constexpr uint64_t kSpacing = 10;

ByteVector powers_of(const Block& key) {
  ByteVector all;
  for (uint64_t i = 8; i > 0; --i) {
    const Block power = gf_power(key, i);
    all.insert(all.end(), power.begin(), power.end());
  }
  return all;
}

// Keys come `distances` clocks apart in turn.
void run(uint64_t distance) {
  Clocked<Vaead_powers> powers;
  std::mt19937_64 random(1);
  powers->clear_i = 0;
  powers->valid_i = 0;
  powers.reset();
  struct Due {
    uint64_t clock;
    Block in;
    Block out;
  };
  std::deque<Due> due;
  size_t loaded = 0;
  for (uint64_t i = 0; i < 100 * distance; ++i) {
    powers->valid_i = i % distance == 0 ? 1 : 0;
    const Block in = to_block(random_bytes(random, 16));
    const Block out = to_block(random_bytes(random, 16));
    put_top(powers->in_hash_key_i, in);
    put_top(powers->out_hash_key_i, out);
    if (powers->valid_i != 0) {
      due.push_back({powers.clocks() + kLatency, in, out});
    }
    powers->eval();
    const bool now = due.front().clock == powers.clocks();
    ASSERT_EQ(powers->loaded_o != 0, now);
    if (now) {
      ASSERT_EQ(get_top(powers->in_powers_o, 128), powers_of(due.front().in));
      ASSERT_EQ(get_top(powers->out_powers_o, 128), powers_of(due.front().out));
      due.pop_front();
      ++loaded;
    }
    powers.tick();
  }
  EXPECT_GE(loaded, 98U);
}

TEST(AeadPowers, AtTheShortestDistance) { run(kSpacing); }

TEST(AeadPowers, FarApart) { run(37); }

}  // namespace
}  // namespace vitrine::bench
