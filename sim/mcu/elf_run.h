// Runs one program on the management core until it says that it is done.
//
// The tohost convention of riscv-tests and of Spike's HTIF: a store to the word `tohost` of an odd
// value ends the program; value >> 1 is its exit code, 0 is success.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/mcu/elf_file.h"

#include "host/base/status.h"

namespace vitrine::mcu {

struct ElfRun {
  std::optional<uint32_t> tohost;  // else the symbol of that name
  uint64_t most_clocks = 50'000'000;
};

struct ElfOutcome {
  uint32_t exit_code = 0;
  uint64_t clocks = 0;
  uint64_t instructions = 0;
};

// kTimeout after most_clocks; the message names the pc it was at.
Result<ElfOutcome> run_elf(const ElfFile& file, const ElfRun& options);

}  // namespace vitrine::mcu
