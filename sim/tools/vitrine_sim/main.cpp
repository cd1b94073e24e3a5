// vitrine-sim: the card, Verilated, without a machine around it.
//
//   --inside FILE, --outside FILE   captured frames through the whole card (rtl/top)
//   --elf FILE                      a program on its management core (rtl/mcu)
//
// The program ends by the tohost convention of riscv-tests (sim/mcu/elf_run.h), and its exit code
// becomes this one's.
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <map>
#include <string>

#include "sim/mcu/elf_run.h"
#include "sim/mcu/machine.h"
#include "sim/tools/vitrine_sim/replay.h"
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

struct Options {
  std::string elf;
  vitrine::mcu::ElfRun run;
  vitrine::sim::Replay replay;
  bool json = false;
};

void add_replay_options(CLI::App& app, vitrine::sim::Replay& replay) {
  using vitrine::card::Action;
  CLI::Option_group* frames = app.add_option_group("Frames through the card");
  frames->add_option("--inside", replay.in[0], "capture of what comes by the inside port")
      ->check(CLI::ExistingFile);
  frames->add_option("--outside", replay.in[1], "capture of what comes by the outside port")
      ->check(CLI::ExistingFile);
  frames->add_option("--inside-out", replay.out[0], "file for what leaves by the inside port");
  frames->add_option("--outside-out", replay.out[1], "file for what leaves by the outside port");
  frames->add_option("--punted", replay.punted, "file for what goes to the host");
  frames->add_option("--otherwise", replay.otherwise, "what becomes of each frame; default forward")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Action>{
          {"forward", Action::kForward}, {"drop", Action::kDrop}, {"punt", Action::kPunt}}))
      ->option_text("forward|drop|punt");
  frames->add_option("--trace", replay.trace_file,
                     "file for waves, FST, where the build has VITRINE_TRACE");
}

int run_frames(const Options& options) {
  const auto outcome = vitrine::sim::replay(options.replay);
  if (!outcome) {
    std::fprintf(stderr, "vitrine-sim: %s\n", outcome.status().message().c_str());
    return kUnusable;
  }
  const std::string text = options.json ? vitrine::sim::to_json(*outcome) : to_text(*outcome);
  std::fputs(text.c_str(), stdout);
  return outcome->counters.balanced() ? 0 : 1;
}

int run_program(const Options& options) {
  namespace mcu = vitrine::mcu;
  const auto program = mcu::read_elf(options.elf, mcu::kRamBytes);
  if (!program) {
    std::fprintf(stderr, "vitrine-sim: %s\n", program.status().to_string().c_str());
    return kUnusable;
  }
  const auto outcome = mcu::run_elf(*program, options.run);
  if (!outcome) {
    std::fprintf(stderr, "vitrine-sim: %s\n", outcome.status().to_string().c_str());
    return outcome.status().code() == vitrine::Code::kTimeout ? kTimedOut : kUnusable;
  }
  print(*outcome, options.json);
  return static_cast<int>(std::min<uint32_t>(outcome->exit_code, kTimedOut - 1));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "The card, in simulation: captured frames through all of it, or a program on its management\n"
      "core: a 32-bit RISC-V executable (rv32i, linked to 0x80000000, at most 128 KiB) that ends\n"
      "with a store of 2 * code + 1 to `tohost`.\n"
      "Exit status: 0 where all frames are accounted for; the program's code (at most 123); 124\n"
      "where it did not end in time, 125 where it or a file cannot be used.");
  Options options;
  add_replay_options(app, options.replay);
  CLI::Option_group* core = app.add_option_group("A program on the management core");
  CLI::Option* elf = core->add_option("--elf", options.elf, "the program");
  core->add_option("--tohost", options.run.tohost,
                   "address of tohost; else the symbol of that name");
  core->add_option("--clocks", options.run.most_clocks, "give up after so many")
      ->capture_default_str();
  for (const char* other : {"--inside", "--outside"}) {
    elf->excludes(app.get_option(other));
  }
  app.add_flag("--json", options.json, "print one JSON object");
  app.footer(
      "Example: vitrine-sim --inside clients.pcap --outside-out servers.pcap\n"
      "Example: vitrine-sim --elf rv32ui-p-add --clocks 1000000");
  try {
    app.parse(argc, argv);
    if (options.elf.empty() && options.replay.in[0].empty() && options.replay.in[1].empty()) {
      throw CLI::RequiredError("--inside, --outside or --elf");
    }
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUnusable;
  }
  return options.elf.empty() ? run_frames(options) : run_program(options);
}
