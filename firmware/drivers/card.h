// The card's registers by the addresses of their map, as the core's control bus has them.
#pragma once

#include "firmware/base/hardware.h"
#include "firmware/drivers/card_regs.h"

namespace vitrine::firmware {

constexpr uint32_t kCardBase = 0x4000'0000;

inline uint32_t read_card(uint32_t address) { return read32(kCardBase + address); }
inline void write_card(uint32_t address, uint32_t value) { write32(kCardBase + address, value); }

}  // namespace vitrine::firmware
