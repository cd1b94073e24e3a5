// Microseconds since reset.
#pragma once

#include "firmware/base/hardware.h"
#include "firmware/drivers/core_regs.h"

namespace vitrine::firmware::clock {

inline uint64_t now_us() {
  for (;;) {
    const uint32_t high = read32(core_regs::kClintMtimeHi);
    const uint32_t low = read32(core_regs::kClintMtimeLo);
    // Not where the low half went round between the two.
    if (read32(core_regs::kClintMtimeHi) == high) {
      return static_cast<uint64_t>(high) << 32 | low;
    }
  }
}

}  // namespace vitrine::firmware::clock
