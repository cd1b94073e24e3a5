// What is left of a firmware that trapped: written by boot/start.S, read after the restart.
//
// The memory is neither cleared nor tested at a restart, so that the dump survives; a magic word
// tells it from what memory holds after power-on.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace vitrine::firmware {

struct CrashDump {
  uint32_t registers[32];  // x0 to x31
  uint32_t cause;          // mcause
  uint32_t pc;             // mepc
  uint32_t value;          // mtval
  uint32_t count;          // crashes since power-on
  uint32_t magic;          // kCrashMagic: all of this was written
};
constexpr uint32_t kCrashMagic = 0x4352'5348;  // "CRSH"
constexpr uint32_t kCrashWords = 36;           // that the host gets: all but the magic

// The offsets that boot/start.S has.
static_assert(offsetof(CrashDump, cause) == 128 && offsetof(CrashDump, pc) == 132);
static_assert(offsetof(CrashDump, value) == 136 && sizeof(CrashDump) == 148);

}  // namespace vitrine::firmware
