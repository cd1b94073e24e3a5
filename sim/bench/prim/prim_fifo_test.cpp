// prim_fifo against a queue: order, fullness, zeroize.
#include <deque>
#include <random>

#include "sim/bench/support/clocked.h"
#include <Vprim_fifo.h>
#include <gtest/gtest.h>

namespace vitrine::bench {
namespace {

constexpr size_t kDepth = 8;

TEST(PrimFifo, RandomPushesAndPopsBehaveAsAQueue) {
  Clocked<Vprim_fifo> fifo;
  fifo->zeroize_i = 0;
  fifo.reset();
  std::deque<uint16_t> expected;
  std::mt19937 random(3);
  size_t popped = 0;
  size_t full = 0;
  for (int i = 0; i < 20000; ++i) {
    // Phases of filling and of emptying, so that both ends are reached.
    const unsigned fill = (i / 100) % 2 == 0 ? 80 : 20;
    fifo->push_valid_i = random() % 100 < fill;
    fifo->push_data_i = static_cast<uint16_t>(random());
    fifo->pop_ready_i = random() % 100 >= fill;
    fifo->eval();
    ASSERT_EQ(fifo->count_o, expected.size());
    ASSERT_EQ(fifo->push_ready_o != 0, expected.size() < kDepth);
    ASSERT_EQ(fifo->pop_valid_o != 0, !expected.empty());
    const bool push = fifo->push_valid_i != 0 && fifo->push_ready_o != 0;
    full += expected.size() == kDepth ? 1 : 0;
    if (fifo->pop_valid_o != 0 && fifo->pop_ready_i != 0) {
      ASSERT_EQ(fifo->pop_data_o, expected.front());
      expected.pop_front();
      ++popped;
    }
    if (push) {
      expected.push_back(fifo->push_data_i);
    }
    fifo.tick();
  }
  EXPECT_GT(popped, 4000U);
  EXPECT_GT(full, 1000U);
}

TEST(PrimFifo, ZeroizeEmptiesAndOverwrites) {
  Clocked<Vprim_fifo> fifo;
  fifo->zeroize_i = 0;
  fifo->pop_ready_i = 0;
  fifo.reset();
  fifo->push_valid_i = 1;
  fifo->push_data_i = 0xbeef;
  fifo.ticks(kDepth);
  EXPECT_EQ(fifo->count_o, kDepth);
  fifo->push_valid_i = 0;
  fifo->zeroize_i = 1;
  fifo.ticks(kDepth);
  EXPECT_EQ(fifo->pop_valid_o, 0);
  // Whatever the read pointer shows from now on is zero.
  fifo->zeroize_i = 0;
  fifo->push_data_i = 0;
  for (size_t i = 0; i < kDepth; ++i) {
    fifo->eval();
    EXPECT_EQ(fifo->pop_data_o, 0);
    fifo->push_valid_i = 1;
    fifo.tick();
    fifo->push_valid_i = 0;
    fifo->pop_ready_i = 1;
    fifo.tick();
    fifo->pop_ready_i = 0;
  }
}

}  // namespace
}  // namespace vitrine::bench
