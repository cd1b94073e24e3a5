// One record through the record engine's cryptography, for the self test (rtl/selftest).
#pragma once

#include "firmware/base/error.h"
#include <stdint.h>

namespace vitrine::firmware::lanes {

constexpr uint32_t kTextWords = 32;
constexpr uint32_t kSumWords = 4;

// Places of LANES_OPERANDS.
constexpr uint32_t kInKey = 0;
constexpr uint32_t kOutKey = 8;
constexpr uint32_t kInNonce = 16;
constexpr uint32_t kOutNonce = 20;
constexpr uint32_t kAad = 24;
constexpr uint32_t kText = 32;

// Blocks a clock and leg.
uint32_t count();
void put(uint32_t word, uint32_t value);
// kTimeout: the engine does not answer.
Error run(bool aes256);
// REQUIRES: word < kTextWords.
uint32_t plain(uint32_t word);
uint32_t out(uint32_t word);
// REQUIRES: word < kSumWords.
uint32_t in_sum(uint32_t word);
uint32_t out_sum(uint32_t word);

}  // namespace vitrine::firmware::lanes
