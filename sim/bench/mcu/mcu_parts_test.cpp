// What stands around the core: mailbox and control bus, from both sides.
#include <map>

#include "sim/mcu/machine.h"
#include <gtest/gtest.h>

namespace vitrine::mcu {
namespace {

std::vector<uint8_t> program(const std::vector<uint32_t>& words) {
  std::vector<uint8_t> out;
  for (uint32_t word : words) {
    for (unsigned i = 0; i < 4; ++i) {
      out.push_back(static_cast<uint8_t>(word >> (8 * i)));
    }
  }
  return out;
}

// lui a0, MAILBOX; wait for a request; reply[0] = request[0] + 1; request[0] = 0; done; again.
const std::vector<uint32_t> kEcho = {
    0x1000'0537,  // lui a0, 0x10000
    0x0005'2583,  // 1: lw a1, 0(a0)
    0xfe05'8ee3,  // beqz a1, 1b
    0x4005'2603,  // lw a2, 0x400(a0)
    0x0016'0613,  // addi a2, a2, 1
    0x4005'2023,  // sw x0, 0x400(a0)
    0x4005'2683,  // lw a3, 0x400(a0)
    0x0006'8463,  // beqz a3, 2f
    0x0000'0613,  // li a2, 0: it was not wiped
    0x7ff5'0713,  // 2: addi a4, a0, 0x7ff
    0x00c7'20a3,  // sw a2, 1(a4): reply word 0
    0x0010'0593,  // li a1, 1
    0x00b5'2023,  // sw a1, 0(a0): done
    0xfd1f'f06f,  // j 1b
};

TEST(McuMailbox, ARequestIsAnsweredAndWiped) {
  Machine machine;
  ASSERT_TRUE(machine.load(kRamBase, program(kEcho)));
  machine.run();
  for (uint32_t value : {41U, 0x8000'0000U, 0xffff'fffeU}) {
    machine.mailbox_write(0, value);
    EXPECT_FALSE(machine.mailbox_busy());
    machine.mailbox_ring();
    int clocks = 0;
    while (machine.mailbox_busy() && clocks < 1000) {
      machine.mailbox_write(0, 7);  // ignored while it is the core's
      ++clocks;
    }
    ASSERT_LT(clocks, 1000);
    EXPECT_EQ(machine.mailbox_read(0), value + 1);
  }
}

// lui a0, CONTROL; lw a1, 8(a0); addi a1, a1, 5; sw a1, 12(a0); sb a1, 16(a0); stop.
const std::vector<uint32_t> kControl = {
    0x4000'0537, 0x0085'2583, 0x0055'8593, 0x00b5'2623, 0x00b5'0823, 0x0000'006f,
};

TEST(McuControlBus, WordsAreReadAndWrittenAndErrorsAreFaults) {
  for (unsigned latency : {0U, 1U, 9U}) {
    Machine machine;
    std::map<uint16_t, uint32_t> written;
    machine.set_control_bus({.read = [](uint16_t address) -> std::optional<uint32_t> {
                               return address == 8 ? std::optional<uint32_t>(1000) : std::nullopt;
                             },
                             .write =
                                 [&](uint16_t address, uint32_t value) {
                                   written[address] = value;
                                   return true;
                                 },
                             .latency = latency});
    ASSERT_TRUE(machine.load(kRamBase, program(kControl)));
    machine.run();
    std::vector<uint32_t> causes;
    for (int i = 0; i < 300 && causes.empty(); ++i) {
      const Step step = machine.clock();
      if (step.trapped) {
        causes.push_back(step.cause);
      }
    }
    // A byte is not a register.
    ASSERT_EQ(causes, std::vector<uint32_t>{7});
    EXPECT_EQ(written, (std::map<uint16_t, uint32_t>{{12, 1005}}));
  }
}

TEST(McuControlBus, AnErrorOfTheBusIsALoadFault) {
  Machine machine;
  machine.set_control_bus({.read = [](uint16_t) { return std::nullopt; }, .write = {}});
  ASSERT_TRUE(machine.load(kRamBase, program(kControl)));
  machine.run();
  for (int i = 0; i < 300; ++i) {
    const Step step = machine.clock();
    if (step.trapped) {
      EXPECT_EQ(step.cause, 5U);
      return;
    }
  }
  FAIL() << "no trap";
}

TEST(McuRun, AHaltedCoreBeginsAnew) {
  Machine machine;
  ASSERT_TRUE(machine.load(kRamBase, program(kEcho)));
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 100; ++i) {
      EXPECT_FALSE(machine.clock().retired);
    }
    machine.run();
    Step step;
    for (int i = 0; i < 20 && !step.retired; ++i) {
      step = machine.clock();
    }
    EXPECT_EQ(step.pc, 0U);
    machine.halt();
  }
}

}  // namespace
}  // namespace vitrine::mcu
