// The seam on the core itself.
#include "firmware/base/hardware.h"

namespace vitrine::firmware {

uint32_t read32(uint32_t address) { return *reinterpret_cast<volatile uint32_t*>(address); }

void write32(uint32_t address, uint32_t value) {
  *reinterpret_cast<volatile uint32_t*>(address) = value;
}

uint32_t cycles() {
  uint32_t value;
  asm volatile("csrr %0, mcycle" : "=r"(value));
  return value;
}

void wait_for_request() { asm volatile("wfi" ::: "memory"); }

}  // namespace vitrine::firmware
