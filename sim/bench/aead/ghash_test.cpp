// aead_ghash: runs of every length, with gaps, against a sum of products.
#include <deque>
#include <random>

#include "sim/bench/aead/blocks.h"
#include "sim/bench/support/clocked.h"
#include "sim/bench/support/stalls.h"
#include <Vaead_ghash.h>
#include <gtest/gtest.h>

namespace vitrine::bench {
namespace {

constexpr size_t kLanes = VITRINE_LANES;

class AeadGhash : public testing::Test {
 protected:
  AeadGhash() {
    ghash_->valid_i = 0;
    ghash_.reset();
  }
  // A run of `beats` beats whose first `lead` lanes are empty.
  void run(size_t beats, size_t lead, Stalls& gaps) {
    const Block key = to_block(random_bytes(random_, 16));
    ByteVector powers;  // highest first
    for (size_t i = 2 * kLanes; i > 0; --i) {
      const Block power = gf_power(key, i);
      powers.insert(powers.end(), power.begin(), power.end());
    }
    Block sum{};
    for (size_t beat = 0; beat < beats; ++beat) {
      while (gaps.next()) {
        tick();
      }
      ByteVector blocks;
      for (size_t lane = 0; lane < kLanes; ++lane) {
        const bool empty = beat == 0 && lane < lead;
        const ByteVector block = empty ? ByteVector(16) : random_bytes(random_, 16);
        blocks.insert(blocks.end(), block.begin(), block.end());
        sum ^= to_block(block);
        sum = gf_multiply(sum, key);
      }
      ghash_->valid_i = 1;
      ghash_->first_i = beat == 0 ? 1 : 0;
      ghash_->second_i = beat == 1 ? 1 : 0;
      ghash_->pre_last_i = beat + 2 == beats ? 1 : 0;
      ghash_->last_i = beat + 1 == beats ? 1 : 0;
      put_top(ghash_->blocks_i, blocks);
      put_top(ghash_->powers_i, powers);
      if (beat + 1 == beats) {
        expected_.push_back(sum);
      }
      tick();
    }
    tick();  // the clock that a new key takes
  }
  void tick() {
    ghash_.tick();
    ghash_->valid_i = 0;
    if (ghash_->valid_o != 0) {
      ASSERT_FALSE(expected_.empty());
      ASSERT_EQ(to_block(get_top(ghash_->sum_o, 16)), expected_.front());
      expected_.pop_front();
    }
  }
  void drain() {
    for (int i = 0; i < 8; ++i) {
      tick();
    }
    EXPECT_TRUE(expected_.empty());
  }

  Clocked<Vaead_ghash> ghash_;
  std::deque<Block> expected_;
  std::mt19937_64 random_{1};
};

TEST_F(AeadGhash, EveryLengthAndLead) {
  Stalls none;
  for (size_t beats = 1; beats < 40; ++beats) {
    run(beats, beats % kLanes, none);
  }
  drain();
}

TEST_F(AeadGhash, GapsBetweenBeatsChangeNothing) {
  Stalls gaps(30, 3);
  for (int i = 0; i < 200; ++i) {
    run(1 + random_() % 12, random_() % kLanes, gaps);
  }
  drain();
}

}  // namespace
}  // namespace vitrine::bench
