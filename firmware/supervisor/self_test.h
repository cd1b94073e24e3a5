// The power-on self test: the card's registers, the core's memory, each lane of the cryptography.
//
// Nothing is spliced by a card that has not passed it. It ends with the first failure, which it
// names; see SelfTestStep for the detail.
#pragma once

#include "firmware/supervisor/protocol.h"
#include <stdint.h>

namespace vitrine::firmware {

struct SelfTestResult {
  SelfTestStep step = SelfTestStep::kNotRun;
  uint32_t detail = 0;
  bool passed() const { return step == SelfTestStep::kPassed; }
};

// Identity, map and a register that keeps what is written.
SelfTestResult test_registers();
// Words from `first` to before `end`: each with its address and the complement, up and down. What
// they held is lost.
SelfTestResult test_memory(uint32_t first, uint32_t end);
// Known answers: one record a key size, with other keys and nonces on both legs, whose eight blocks
// lie in every lane.
SelfTestResult test_lanes();

}  // namespace vitrine::firmware
