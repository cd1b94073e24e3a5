// The instruction suite: self-checking programs in assembly (suite/), run as vitrine-sim --elf
// does.
#include <fstream>
#include <iterator>
#include <sstream>

#include "sim/mcu/elf_run.h"
#include "sim/mcu/machine.h"
#include <gtest/gtest.h>

namespace vitrine::mcu {
namespace {

std::string suite_path(const std::string& name) {
  return std::string(VITRINE_MCU_SUITE) + "/" + name + ".elf";
}

std::vector<std::string> programs() {
  std::istringstream names(VITRINE_MCU_PROGRAMS);
  std::vector<std::string> out;
  for (std::string name; std::getline(names, name, ',');) {
    out.push_back(name);
  }
  return out;
}

class McuSuite : public testing::TestWithParam<std::string> {};

TEST_P(McuSuite, EveryCheckHolds) {
  const Result<ElfFile> file = read_elf(suite_path(GetParam()), kRamBytes);
  ASSERT_TRUE(file) << file.status().to_string();
  const Result<ElfOutcome> outcome = run_elf(*file, {.tohost = {}, .most_clocks = 200'000});
  ASSERT_TRUE(outcome) << outcome.status().to_string();
  EXPECT_EQ(outcome->exit_code, 0U) << "the check with this number failed";
  EXPECT_GT(outcome->instructions, 20U);
}

INSTANTIATE_TEST_SUITE_P(Programs, McuSuite, testing::ValuesIn(programs()),
                         [](const auto& tested) { return tested.param; });

std::vector<uint8_t> image(const std::string& name) {
  std::ifstream file(suite_path(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(McuElf, AFailedCheckIsTheExitCode) {
  std::vector<uint8_t> bytes = image("shift");
  Result<ElfFile> file = parse_elf(bytes, kRamBytes);
  ASSERT_TRUE(file);
  // The first `sll` becomes an `and`, so that the first check fails.
  bool changed = false;
  std::vector<uint8_t>& code = file->segments.front().bytes;
  for (size_t i = 0; i + 4 <= code.size() && !changed; i += 4) {
    const uint32_t word =
        code[i] | code[i + 1] << 8 | code[i + 2] << 16 | static_cast<uint32_t>(code[i + 3]) << 24;
    if ((word & 0xfe00707f) == 0x0000'1033) {
      code[i + 1] = static_cast<uint8_t>(code[i + 1] | 0x70);
      changed = true;
    }
  }
  ASSERT_TRUE(changed);
  const Result<ElfOutcome> outcome = run_elf(*file, {});
  ASSERT_TRUE(outcome) << outcome.status().to_string();
  EXPECT_EQ(outcome->exit_code, 1U);
}

TEST(McuElf, AProgramThatNeverEndsIsStopped) {
  Result<ElfFile> file = parse_elf(image("jump"), kRamBytes);
  ASSERT_TRUE(file);
  const Result<ElfOutcome> outcome =
      run_elf(*file, {.tohost = kRamBase + 0x10000, .most_clocks = 5000});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.status().code(), Code::kTimeout);
}

TEST(McuElf, DamagedFilesAreRefusedAndNeverCrash) {
  const std::vector<uint8_t> good = image("memory");
  ASSERT_GT(good.size(), 500U);
  size_t refused = 0;
  for (size_t cut = 0; cut < good.size(); cut += 13) {
    refused += parse_elf({good.data(), cut}, kRamBytes) ? 0 : 1;
  }
  EXPECT_GT(refused, 10U);
  for (size_t at = 0; at < 256; ++at) {
    std::vector<uint8_t> bad = good;
    bad[at] = static_cast<uint8_t>(~bad[at]);
    (void)parse_elf(bad, kRamBytes);
  }
  EXPECT_FALSE(parse_elf(good, 64)) << "more than the memory that there is";
}

}  // namespace
}  // namespace vitrine::mcu
