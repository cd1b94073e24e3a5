// When an agent pauses: at random, in runs, from a seed.
//
// Single stalls and long ones find different faults, so a stall that has begun goes on for 1 ... 8
// clocks.
#pragma once

#include <cstdint>
#include <random>

namespace vitrine::bench {

class Stalls {
 public:
  // Per cent of clocks in which a stall begins; 0: never.
  explicit Stalls(unsigned percent = 0, uint64_t seed = 1) : percent_(percent), random_(seed) {}

  bool next() {
    if (left_ > 0) {
      --left_;
      return true;
    }
    if (random_() % 100 >= percent_) {
      return false;
    }
    left_ = static_cast<unsigned>(random_() % 8);
    return true;
  }

 private:
  unsigned percent_;
  std::mt19937_64 random_;
  unsigned left_ = 0;
};

}  // namespace vitrine::bench
