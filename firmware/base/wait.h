// Waiting for a unit of the card, never for ever.
#pragma once

#include "firmware/base/error.h"
#include "firmware/base/hardware.h"
#include <stdint.h>

namespace vitrine::firmware {

// Reads until a unit counts as hung: a read takes 30 clocks or more, so 12 ms or more at 250 MHz.
// The longest command, an insert that uses up its relocations, takes a twentieth of that.
constexpr uint32_t kMaxPolls = 100'000;

// Until no bit of `mask` is set; `last` is what was read then. kTimeout.
inline Error wait_while(uint32_t address, uint32_t mask, uint32_t& last) {
  for (uint32_t i = 0; i < kMaxPolls; ++i) {
    last = read32(address);
    if ((last & mask) == 0) {
      return Error::kOk;
    }
  }
  return Error::kTimeout;
}

}  // namespace vitrine::firmware
