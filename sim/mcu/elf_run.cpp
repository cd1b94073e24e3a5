#include "sim/mcu/elf_run.h"

#include <array>
#include <cstdio>

#include "sim/mcu/machine.h"

namespace vitrine::mcu {

Result<ElfOutcome> run_elf(const ElfFile& file, const ElfRun& options) {
  std::optional<uint32_t> tohost = options.tohost;
  if (const auto symbol = file.symbols.find("tohost"); !tohost && symbol != file.symbols.end()) {
    tohost = symbol->second;
  }
  if (!tohost) {
    return Status(Code::kInvalidArgument,
                  "the program has no symbol `tohost`; give its address with --tohost");
  }
  Machine machine;
  if (Status status = machine.load(file); !status) {
    return status;
  }
  machine.run();
  ElfOutcome outcome;
  uint32_t pc = 0;
  for (uint64_t i = 0; i < options.most_clocks; ++i) {
    const Step step = machine.clock();
    outcome.instructions += step.retired ? 1 : 0;
    pc = step.retired || step.trapped ? step.pc : pc;
    if (step.stored && step.store_word == (*tohost & ~3U) && (step.store_data & 1) != 0) {
      outcome.exit_code = step.store_data >> 1;
      outcome.clocks = machine.clocks();
      return outcome;
    }
  }
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "not done after %llu clocks, at pc 0x%08x",
                static_cast<unsigned long long>(options.most_clocks), pc);
  return Status(Code::kTimeout, text.data());
}

}  // namespace vitrine::mcu
