// Prints what the firmware costs, for docs/firmware.md: its size, clocks of each command, and flow
// installs into the flow table's RTL at a given load.
//
//     build/release/sim/firmware/firmware_cycles
//
// Clocks are the core's, from the host's ring to the reply: waking up, background work that was
// under way and the card's answer are within. The flow table is rtl/flow, Verilated; everything
// else of the card answers at once (CardRegisters), three clocks after it was asked.
#include <algorithm>
#include <cstdio>
#include <map>
#include <vector>

#include "sim/bench/flow/flow_bench.h"
#include "sim/firmware/card_registers.h"
#include "sim/firmware/firmware_rig.h"

namespace vitrine::sim {
namespace {

using firmware::Command;
using firmware::Error;

constexpr size_t kPlaces = 4 * 512 + 64;
constexpr double kHertz = 250e6;
constexpr int kInstalls = 12;
constexpr uint64_t kFillPause = 256;

struct Clocks {
  uint64_t count = 0;
  uint64_t sum = 0;
  uint64_t most = 0;
  void add(uint64_t clocks) {
    ++count;
    sum += clocks;
    most = std::max(most, clocks);
  }
  double average() const { return static_cast<double>(sum) / static_cast<double>(count); }
};

class Bench {
 public:
  Bench() : table_(7) {
    table_.start();
    card_.flow_clocks = [this](uint32_t operation, const CardRegisters::FlowWords& words) {
      return place(operation, words);
    };
  }

  bool boot() {
    const Status loaded = rig_.load(VITRINE_FIRMWARE);
    const Status booted = loaded ? rig_.boot() : loaded;
    if (!booted) {
      std::fprintf(stderr, "firmware_cycles: %s\n", booted.to_string().c_str());
    }
    return booted && measure(Command::kStart, {0, 0});
  }

  void fill(double load) {
    const auto target = static_cast<size_t>(load * kPlaces);
    while (table_.size() < target) {
      table_.command(bench::FlowOp::kInsert, table_.random_key(), 0);
      table_.ticks(load > 0.85 ? kFillPause : 0);
    }
  }

  // Whether it was carried out; then its clocks also go to `also`.
  bool measure(Command command, const std::vector<uint32_t>& operands, uint32_t direction = 0,
               Clocks* also = nullptr) {
    const auto reply = rig_.command(command, operands, direction);
    if (!reply) {
      return false;
    }
    commands[{command, operands.size()}].add(reply->clocks);
    if (also != nullptr && reply->error == Error::kOk) {
      also->add(reply->clocks);
    }
    last_ = *reply;
    return reply->error == Error::kOk;
  }

  // A connection comes and goes, so that the load stays.
  void install(bool spliced, Clocks& clocks) {
    std::vector<uint32_t> words = random_words(spliced);
    if (!measure(Command::kInstall, words, 0, &clocks)) {
      ++refused;
      return;
    }
    words[2] = (words[2] & 0xffff'0000) | last_.words.at(0);
    measure(Command::kQuery, {words[0], words[1], words[2]});
    if (spliced) {
      measure(Command::kUpdateKeys, words, 1);
    }
    words.resize(16);
    measure(Command::kRemove, words);
  }

  void others() {
    for (const Command command : {Command::kIdentify, Command::kBeat, Command::kStatistics,
                                  Command::kTelemetry, Command::kZeroize, Command::kCrashDump}) {
      measure(command, {});
    }
    measure(Command::kSeed, std::vector<uint32_t>(12, 1));
    measure(Command::kLog, {0});
    measure(Command::kRuleWrite, std::vector<uint32_t>(33, 1));
    measure(Command::kRuleTakeOver, {1, 1, 0});
    measure(Command::kStop, {});
    measure(Command::kSelfTest, {});
    measure(Command::kStart, {0, 0});
  }

  std::map<std::pair<Command, size_t>, Clocks> commands;
  uint64_t refused = 0;

 private:
  std::vector<uint32_t> random_words(bool spliced) {
    const card::FlowKey key = table_.random_key();
    std::vector<uint32_t> words(spliced ? 144 : 16, 0x6b65'7973);
    words[0] = ++next_id_;
    words[1] = 0;
    words[2] = 0xffff | (spliced ? 3U : 0U) << 16;
    keys_[next_id_] = key;
    return words;
  }

  // The table's own clocks, then those in which the unit shows that it is done.
  unsigned place(uint32_t operation, const CardRegisters::FlowWords& words) {
    constexpr unsigned kAround = 4;
    const auto key = keys_.find(words[0]);
    if (key == keys_.end() || (operation != 1 && operation != 2)) {
      return kAround;
    }
    const auto op = operation == 1 ? bench::FlowOp::kInsert : bench::FlowOp::kRemove;
    const uint64_t before = table_.table.clocks();
    table_.command(op, key->second, 1);
    const auto took = static_cast<unsigned>(table_.table.clocks() - before);
    ahead_ = took;
    return took + kAround;
  }

  void clock() {
    card_.clock();
    if (ahead_ > 0) {
      --ahead_;
    } else {
      table_.tick();
    }
  }

  bench::FlowBench table_;
  CardRegisters card_;
  FirmwareRig rig_{card_.bus(), [this] { clock(); }};
  std::map<uint32_t, card::FlowKey> keys_;
  FirmwareReply last_;
  uint32_t next_id_ = 0;
  unsigned ahead_ = 0;
};

void print_size() {
  const Result<mcu::ElfFile> file = mcu::read_elf(VITRINE_FIRMWARE, mcu::kRamBytes);
  if (!file) {
    return;
  }
  for (const mcu::ElfSegment& segment : file->segments) {
    std::printf("Image: %zu bytes of program and data, %u bytes of memory besides.\n\n",
                segment.bytes.size(), segment.zeros);
  }
}

const char* name(Command command) {
  static const std::map<Command, const char*> names = {{Command::kIdentify, "identify"},
                                                       {Command::kStart, "start"},
                                                       {Command::kStop, "stop"},
                                                       {Command::kBeat, "beat"},
                                                       {Command::kSeed, "seed"},
                                                       {Command::kInstall, "install"},
                                                       {Command::kRemove, "remove"},
                                                       {Command::kQuery, "query"},
                                                       {Command::kUpdateKeys, "update keys"},
                                                       {Command::kRuleWrite, "rule write"},
                                                       {Command::kRuleTakeOver, "rule take over"},
                                                       {Command::kZeroize, "zeroize"},
                                                       {Command::kStatistics, "statistics"},
                                                       {Command::kTelemetry, "telemetry"},
                                                       {Command::kLog, "log"},
                                                       {Command::kCrashDump, "crash dump"},
                                                       {Command::kSelfTest, "self test"}};
  const auto found = names.find(command);
  return found == names.end() ? "?" : found->second;
}

int run() {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  print_size();
  Bench bench;
  if (!bench.boot()) {
    return 1;
  }
  std::printf("| flow table | install of | clocks: average | most | installs/s at 250 MHz |\n");
  std::printf("|---:|---|---:|---:|---:|\n");
  for (const double load : {0.0, 0.5, 0.95}) {
    bench.fill(load);
    for (const bool spliced : {false, true}) {
      Clocks clocks;
      for (int i = 0; i < kInstalls; ++i) {
        bench.install(spliced, clocks);
      }
      std::printf("| %.0f %% | %s | %.0f | %llu | %.0f |\n", load * 100,
                  spliced ? "a splice, 144 words" : "another, 16 words", clocks.average(),
                  static_cast<unsigned long long>(clocks.most), kHertz / clocks.average());
    }
  }
  bench.others();
  std::printf("\n| command | operands | times | clocks: average | most | most at 250 MHz, us |\n");
  std::printf("|---|---:|---:|---:|---:|---:|\n");
  for (const auto& [what, clocks] : bench.commands) {
    std::printf("| %s | %zu | %llu | %.0f | %llu | %.1f |\n", name(what.first), what.second,
                static_cast<unsigned long long>(clocks.count), clocks.average(),
                static_cast<unsigned long long>(clocks.most),
                static_cast<double>(clocks.most) / kHertz * 1e6);
  }
  std::printf("\n%llu installs were refused.\n", static_cast<unsigned long long>(bench.refused));
  return 0;
}

}  // namespace
}  // namespace vitrine::sim

int main() { return vitrine::sim::run(); }
