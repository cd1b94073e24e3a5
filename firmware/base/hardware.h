// The seam: everything that the firmware asks of the core it runs on.
//
// On the core boot/hardware.cpp is behind it, in the unit tests a mock (tests/firmware) that
// asserts each access. Addresses are those of the core's bus; accesses are of whole, aligned words,
// and none is left out, doubled or moved past another. An address that nothing answers traps.
#pragma once

#include <stdint.h>

namespace vitrine::firmware {

uint32_t read32(uint32_t address);
void write32(uint32_t address, uint32_t value);
// Clocks since reset, modulo 2^32.
uint32_t cycles();
// Until a request waits or about a thousand clocks have passed.
void wait_for_request();

}  // namespace vitrine::firmware
