// vitrine-sim --elf FILE: runs a program on the card's management core (rtl/mcu), Verilated.
//
// The program ends by the tohost convention of riscv-tests (sim/mcu/elf_run.h), and its exit code
// becomes this one's.
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <string>

#include "sim/mcu/elf_run.h"
#include "sim/mcu/machine.h"
#include <CLI/CLI.hpp>

namespace {

// Beside the program's own codes, as timeout(1) has them.
constexpr int kTimedOut = 124;
constexpr int kUnusable = 125;

void print(const vitrine::mcu::ElfOutcome& outcome, bool json) {
  const char* format =
      json ? "{\"exit_code\":%" PRIu32 ",\"instructions\":%" PRIu64 ",\"clocks\":%" PRIu64 "}\n"
           : "exit code %" PRIu32 " after %" PRIu64 " instructions, %" PRIu64 " clocks\n";
  std::printf(format, outcome.exit_code, outcome.instructions, outcome.clocks);
}

}  // namespace

int main(int argc, char** argv) {
  namespace mcu = vitrine::mcu;
  CLI::App app(
      "Runs a program on the card's management core, in simulation.\n"
      "A 32-bit RISC-V executable (rv32i, linked to 0x80000000, at most 128 KiB) that ends with a\n"
      "store of 2 * code + 1 to `tohost`.\n"
      "Exit status: the program's code (at most 123); 124 where it did not end in time, 125 where "
      "it cannot be run.");
  std::string file;
  mcu::ElfRun options;
  bool json = false;
  app.add_option("--elf", file, "the program")->required();
  app.add_option("--tohost", options.tohost, "address of tohost; else the symbol of that name");
  app.add_option("--clocks", options.most_clocks, "give up after so many")->capture_default_str();
  app.add_flag("--json", json, "print one JSON object");
  app.footer("Example: vitrine-sim --elf rv32ui-p-add --clocks 1000000");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUnusable;
  }
  const auto program = mcu::read_elf(file, mcu::kRamBytes);
  if (!program) {
    std::fprintf(stderr, "vitrine-sim: %s\n", program.status().to_string().c_str());
    return kUnusable;
  }
  const auto outcome = mcu::run_elf(*program, options);
  if (!outcome) {
    std::fprintf(stderr, "vitrine-sim: %s\n", outcome.status().to_string().c_str());
    return outcome.status().code() == vitrine::Code::kTimeout ? kTimedOut : kUnusable;
  }
  print(*outcome, json);
  return static_cast<int>(std::min<uint32_t>(outcome->exit_code, kTimedOut - 1));
}
