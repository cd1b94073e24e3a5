// aead_mul and, by it, aead_reduce: against the field's multiplication bit by bit, in a pipeline
// that may hold.
#include <deque>
#include <random>

#include "sim/bench/aead/blocks.h"
#include "sim/bench/support/clocked.h"
#include <Vaead_mul.h>
#include <gtest/gtest.h>

namespace vitrine::bench {
namespace {

class AeadMul : public testing::Test {
 protected:
  // Offers a pair and moves the pipeline; checks the product of the pair before the last one.
  void offer(const Block& left, const Block& right) {
    put_top(mul_->left_i, left);
    put_top(mul_->right_i, right);
    mul_->enable_i = 1;
    mul_.tick();
    expected_.push_back(gf_multiply(left, right));
    if (expected_.size() > 1) {
      ASSERT_EQ(to_block(get_top(mul_->product_o, 16)), expected_.front());
      expected_.pop_front();
    }
  }
  void hold() {
    put_top(mul_->left_i, random_bytes(random_, 16));
    mul_->enable_i = 0;
    mul_.tick();
  }
  Block random_block() { return to_block(random_bytes(random_, 16)); }

  Clocked<Vaead_mul> mul_;
  std::deque<Block> expected_;
  std::mt19937_64 random_{1};
};

TEST_F(AeadMul, RandomPairs) {
  for (int i = 0; i < 2000; ++i) {
    ASSERT_NO_FATAL_FAILURE(offer(random_block(), random_block()));
  }
}

TEST_F(AeadMul, EveryBitOfEitherSide) {
  for (size_t bit = 0; bit < 128; ++bit) {
    Block one{};
    one[bit / 8] = static_cast<uint8_t>(0x80 >> bit % 8);
    Block all;
    all.fill(0xff);
    ASSERT_NO_FATAL_FAILURE(offer(one, all));
    ASSERT_NO_FATAL_FAILURE(offer(all, one));
    ASSERT_NO_FATAL_FAILURE(offer(one, random_block()));
  }
}

TEST_F(AeadMul, HoldsWithoutEnable) {
  for (int i = 0; i < 500; ++i) {
    ASSERT_NO_FATAL_FAILURE(offer(random_block(), random_block()));
    while (random_() % 2 == 0) {
      hold();
    }
  }
}

}  // namespace
}  // namespace vitrine::bench
