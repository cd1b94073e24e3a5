// rtl/mcu against Rv32Model, instruction by instruction, on random programs with random interrupts.
#include <random>

#include "sim/bench/mcu/rv32_model.h"
#include "sim/mcu/machine.h"
#include <gtest/gtest.h>

namespace vitrine::bench {
namespace {

constexpr uint32_t kCode = mcu::kRamBase;
constexpr uint32_t kCodeWords = 1024;
constexpr uint32_t kHandler = kCode + 4 * kCodeWords;  // vectors, then what they lead to
constexpr uint32_t kData = kCode + 0x4000;

constexpr uint32_t kBody = 0x200;  // behind what sets the registers, so that it runs once
constexpr uint64_t kBootInstructions = 2;

// Registers that random instructions only read, so that many of their addresses exist.
constexpr unsigned kDataRegister = 8;
constexpr unsigned kCodeRegister = 9;

class Program {
 public:
  explicit Program(uint64_t seed) : random_(seed), memory_(mcu::kRamBytes) {
    for (uint8_t& byte : memory_) {
      byte = static_cast<uint8_t>(random_());
    }
    uint32_t at = 0;
    for (unsigned i = 1; i < 32; ++i) {  // every register is known before it is read
      put(at++, (random_() & 0xffff'f000U) | i << 7 | 0x37);
      put(at++, (random_() & 0xfffU) << 20 | i << 15 | i << 7 | 0x13);
    }
    put(at++, kData | kDataRegister << 7 | 0x37);
    put(at++, kCode | kCodeRegister << 7 | 0x37);
    put(at++, kBody << 20 | kCodeRegister << 15 | kCodeRegister << 7 | 0x13);
    put(at++, kHandler | 5U << 7 | 0x37);
    put(at++, (seed & 1) << 20 | 5U << 15 | 5U << 7 | 0x13);  // odd seeds: vectored interrupts
    put(at++, 0x305U << 20 | 5U << 15 | 1U << 12 | 0x73);     // csrw mtvec, x5
    put(at++, 0x304U << 20 | 10U << 15 | 1U << 12 | 0x73);    // csrw mie, x10
    put(at++, 0x300U << 20 | 8U << 15 | 6U << 12 | 0x73);     // csrsi mstatus, MIE
    while (at < kCodeWords) {
      put(at++, instruction());
    }
    for (uint32_t entry = 0; entry < 16; ++entry) {
      put(at++, 2 * (16 - entry) << 21 | 0x6f);  // j resume
    }
    // Goes on behind the instruction that trapped; where there was none, at the body's begin.
    static constexpr uint32_t resume[] = {
        0x342U << 20 | 2U << 12 | 5U << 7 | 0x73,   // csrr x5, mcause
        0x341U << 20 | 2U << 12 | 6U << 7 | 0x73,   // csrr x6, mepc
        0x0002'cc63,                                // bltz x5, mret: an interrupt
        0x0043'0313,                                // addi x6, x6, 4
        0xfffU << 20 | 5U << 15 | 7U << 7 | 0x13,   // addi x7, x5, -1
        7U << 15 | 1U << 12 | 0x463,                // bnez x7, csrw
        kCodeRegister << 15 | 6U << 7 | 0x13,       // mv x6, x9
        0x341U << 20 | 6U << 15 | 1U << 12 | 0x73,  // csrw mepc, x6
        0x3020'0073,                                // mret
    };
    for (uint32_t word : resume) {
      put(at++, word);
    }
  }

  std::vector<uint8_t> memory() const { return memory_; }

 private:
  void put(uint32_t word, uint32_t value) {
    for (unsigned i = 0; i < 4; ++i) {
      memory_[4 * word + i] = static_cast<uint8_t>(value >> (8 * i));
    }
  }
  uint32_t field(unsigned low, uint32_t most) {
    return static_cast<uint32_t>(random_() % (most + 1)) << low;
  }
  // A register to write: not one of those that hold addresses.
  uint32_t rd() {
    const uint32_t r = random_() % 32;
    return (r == kDataRegister || r == kCodeRegister ? 1 : r) << 7;
  }

  uint32_t instruction() {
    switch (random_() % 18) {
      case 0:
        return static_cast<uint32_t>(random_());  // mostly illegal
      case 1:
        return field(12, 0xfffff) | rd() | (random_() % 2 != 0 ? 0x37 : 0x17);
      case 2:  // JAL, forward mostly
        return field(21, 15) | rd() | 0x6f;
      case 3:  // JALR into the code
        return field(20, 0x7ff) | kCodeRegister << 15 | rd() | 0x67;
      case 4:
      case 5:  // a branch forward by up to 30 bytes; some to half a word
        return field(8, 15) | field(12, 7) | field(15, 31) | field(20, 31) | 0x63;
      case 6:
      case 7:
        return field(20, 0xfff) | kDataRegister << 15 | field(12, 7) | rd() | 0x03;
      case 8:
      case 9:
        return field(25, 0x7f) | field(20, 31) | kDataRegister << 15 | field(12, 2) | field(7, 31) |
               0x23;
      case 10:
      case 16:
      case 17:
        return csr();
      case 11:
        return field(20, 0xfff) | field(15, 31) | field(12, 7) | rd() | 0x13;
      case 12:  // shifts by an immediate
        return field(30, 1) | field(20, 31) | field(15, 31) | 1U << 12 | field(14, 1) | rd() | 0x13;
      case 13: {
        static constexpr uint32_t kWhole[] = {0x0000'0073, 0x0010'0073, 0x1050'0073, 0x0000'100f,
                                              0x0ff0'000f};
        return kWhole[random_() % 5];
      }
      default:
        return field(30, 1) | field(20, 31) | field(15, 31) | field(12, 7) | rd() | 0x33;
    }
  }

  uint32_t csr() {
    // Not mtvec: handlers should stay where they are in most programs.
    static constexpr uint32_t kKnown[] = {
        0x300, 0x300, 0x300, 0x304, 0x340, 0x341, 0x342, 0x343, 0x344, 0x301, 0xb00, 0xb02, 0xb82,
        0xc00, 0xc01, 0xc02, 0xc82, 0xf11, 0xf14, 0x310, 0x323, 0xb03, 0xb83, 0x7a0, 0xb01, 0x321};
    const uint32_t number =
        random_() % 8 == 0 ? random_() % 4096 : kKnown[random_() % std::size(kKnown)];
    return number << 20 | field(15, 31) | field(12, 7) | rd() | 0x73;
  }

  std::mt19937_64 random_;
  std::vector<uint8_t> memory_;
};

// `taken` counts the interrupts that were taken.
void compare(uint64_t seed, uint64_t instructions, bool interrupts, uint64_t& taken) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  const Program program(seed);
  mcu::Machine machine(static_cast<int>(seed));
  Rv32Model model(mcu::kRamBase, program.memory(), kCode, kBootInstructions);
  ASSERT_TRUE(machine.load(mcu::kRamBase, program.memory()));
  machine.set_tick_every(7);
  machine.run();
  // The boot ROM: instructions that the model does not have.
  for (uint64_t boot = 0; boot < kBootInstructions;) {
    boot += machine.clock().retired ? 1 : 0;
  }
  std::mt19937_64 random(seed);
  for (uint64_t done = 0; done < instructions;) {
    if (interrupts && random() % 64 == 0) {
      machine.set_interrupt(random() % 2 == 0);
    }
    const mcu::Step step = machine.clock();
    if (!step.retired && !step.trapped) {
      continue;
    }
    if (step.pc < mcu::kRamBase && model.pc() == step.pc) {
      return;  // mtvec was changed to somewhere in the boot ROM, which the model does not have
    }
    ++done;
    ASSERT_EQ(step.pc, model.pc()) << "instruction " << done;
    if (step.trapped && (step.cause >> 31) != 0) {
      ASSERT_TRUE(model.interrupt(step.cause)) << "instruction " << done;
      ++taken;
      continue;
    }
    const Rv32Model::Outcome expected = model.step(step.written.value_or(0));
    ASSERT_EQ(step.trapped, expected.trapped) << std::hex << step.pc << ' ' << step.instruction;
    if (step.trapped) {
      ASSERT_EQ(step.cause, expected.cause) << std::hex << step.pc << ' ' << step.instruction;
      continue;
    }
    ASSERT_EQ(step.instruction, expected.instruction) << std::hex << step.pc;
    ASSERT_EQ(step.written, expected.written) << std::hex << step.pc << ' ' << step.instruction;
  }
}

TEST(McuCore, RandomProgramsRunAsTheManualSays) {
  uint64_t interrupts = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    compare(seed, 5000, false, interrupts);
    ASSERT_FALSE(HasFatalFailure());
  }
  EXPECT_EQ(interrupts, 0U);
}

TEST(McuCore, InterruptsAreTakenBetweenInstructions) {
  uint64_t interrupts = 0;
  for (uint64_t seed = 100; seed <= 140; ++seed) {
    compare(seed, 5000, true, interrupts);
    ASSERT_FALSE(HasFatalFailure());
  }
  EXPECT_GT(interrupts, 500U);
}

}  // namespace
}  // namespace vitrine::bench
