// aead_move: sums times H^distance for every distance a record has, at the shortest distances of
// two pieces.
#include <algorithm>
#include <deque>
#include <random>

#include "sim/bench/aead/blocks.h"
#include "sim/bench/support/clocked.h"
#include <Vaead_move.h>
#include <gtest/gtest.h>

namespace vitrine::bench {
namespace {

constexpr uint64_t kNear = 10;
constexpr uint64_t kFar = 11;
constexpr size_t kFarDistance = 512;  // from there on
constexpr size_t kLongest =
    1041;  // blocks behind the first one of a record with 16,640 bytes of text

class AeadMove : public testing::Test {
 protected:
  AeadMove() {
    move_->clear_i = 0;
    move_->start_i = 0;
    move_->valid_i = 0;
    move_.reset();
    in_key_ = to_block(random_bytes(random_, 16));
    out_key_ = to_block(random_bytes(random_, 16));
    put_top(move_->in_powers_i, powers_of(in_key_));
    put_top(move_->out_powers_i, powers_of(out_key_));
  }
  static ByteVector powers_of(const Block& key) {
    ByteVector all;
    for (uint64_t i = 8; i > 0; --i) {
      const Block power = gf_power(key, i);
      all.insert(all.end(), power.begin(), power.end());
    }
    return all;
  }
  // Starts a piece whose sums come `after` clocks later; ticks up to the next piece's earliest
  // start.
  void piece(size_t distance, const Block& in_power, const Block& out_power, uint64_t after,
             uint64_t extra) {
    move_->start_i = 1;
    move_->distance_i = static_cast<SData>(distance);
    const Block in = to_block(random_bytes(random_, 16));
    const Block out = to_block(random_bytes(random_, 16));
    // Sums come in the order of their pieces, however late the one before is.
    const uint64_t earliest = sums_.empty() ? 0 : sums_.back().clock + 1;
    sums_.push_back({std::max(earliest, move_.clocks() + after), in, out});
    expected_.push_back({gf_multiply(in, in_power), gf_multiply(out, out_power)});
    for (uint64_t i = 0; i < (distance < kFarDistance ? kNear : kFar) + extra; ++i) {
      ASSERT_NO_FATAL_FAILURE(tick());
    }
  }
  void tick() {
    move_->valid_i = !sums_.empty() && sums_.front().clock == move_.clocks() ? 1 : 0;
    if (move_->valid_i != 0) {
      put_top(move_->in_sum_i, sums_.front().in);
      put_top(move_->out_sum_i, sums_.front().out);
      sums_.pop_front();
    }
    move_.tick();
    move_->start_i = 0;
    if (move_->valid_o != 0) {
      ASSERT_FALSE(expected_.empty());
      ASSERT_EQ(to_block(get_top(move_->in_sum_o, 16)), expected_.front().in);
      ASSERT_EQ(to_block(get_top(move_->out_sum_o, 16)), expected_.front().out);
      expected_.pop_front();
    }
  }
  void drain() {
    for (int i = 0; i < 80; ++i) {
      tick();
    }
    EXPECT_TRUE(expected_.empty());
  }

  struct Timed {
    uint64_t clock;
    Block in;
    Block out;
  };
  struct Pair {
    Block in;
    Block out;
  };
  Clocked<Vaead_move> move_;
  Block in_key_;
  Block out_key_;
  std::deque<Timed> sums_;
  std::deque<Pair> expected_;
  std::mt19937_64 random_{1};
};

TEST_F(AeadMove, EveryDistance) {
  Block in_power{0x80};
  Block out_power{0x80};
  for (size_t distance = 0; distance <= kLongest; ++distance) {
    ASSERT_NO_FATAL_FAILURE(piece(distance, in_power, out_power, 3 + distance % 25, distance % 4));
    in_power = gf_multiply(in_power, in_key_);
    out_power = gf_multiply(out_power, out_key_);
  }
  drain();
}

TEST_F(AeadMove, NearAndFarPiecesInTurn) {
  const Block one{0x80};
  constexpr size_t far = 777;
  const Block in_power = gf_power(in_key_, far);
  const Block out_power = gf_power(out_key_, far);
  for (int i = 0; i < 500; ++i) {
    const bool near = random_() % 2 == 0;
    ASSERT_NO_FATAL_FAILURE(
        piece(near ? 0 : far, near ? one : in_power, near ? one : out_power, 5, random_() % 3));
  }
  drain();
}

}  // namespace
}  // namespace vitrine::bench
