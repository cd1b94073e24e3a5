// Every register of the map, over AXI4-Lite: reset values, accesses, byte strobes, errors.
//
// The expectations come from host/card/regs.h, which is made from the same map as the RTL's tables.
#include <random>
#include <set>

#include "sim/bench/support/axi_lite.h"
#include "sim/bench/support/clocked.h"
#include <Vcsr_regs.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/card/regs.h"

namespace vitrine::bench {
namespace {

using card::regs::kRegisters;
using card::regs::kWindows;
using card::regs::Register;

class CsrRegs : public testing::Test {
 protected:
  CsrRegs() : bus_(model_, 25, 9) {
    for (size_t i = 0; i < kRegisters.size(); ++i) {
      model_->signal_i[i] = 0;
      model_->set_i[i] = 0;
    }
    model_.reset();
  }
  ~CsrRegs() override { EXPECT_THAT(bus_.violations(), testing::IsEmpty()); }

  uint32_t read(const Register& reg) {
    const AxiRead result = bus_.read(reg.address);
    EXPECT_EQ(result.response, AxiResponse::kOkay) << reg.name;
    return result.data;
  }
  void write(const Register& reg, uint32_t data, uint8_t strobe = 0xf) {
    EXPECT_EQ(bus_.write(reg.address, data, strobe), AxiResponse::kOkay) << reg.name;
  }
  // The card sets bits of a register for one clock.
  void set(size_t index, uint32_t bits) {
    model_->set_i[index] = bits;
    model_.tick();
    model_->set_i[index] = 0;
  }

  static uint32_t bytes_of(uint8_t strobe) {
    uint32_t mask = 0;
    for (unsigned i = 0; i < 4; ++i) {
      mask |= (strobe >> i & 1U) != 0 ? 0xffU << (8 * i) : 0;
    }
    return mask;
  }

  Clocked<Vcsr_regs> model_;
  AxiLiteMaster<Vcsr_regs> bus_;
  std::mt19937 random_{11};
};

TEST_F(CsrRegs, EveryRegisterHasItsResetValue) {
  for (const Register& reg : kRegisters) {
    EXPECT_EQ(read(reg), reg.reset & (reg.rw | reg.w1c | reg.constant)) << reg.name;
  }
}

TEST_F(CsrRegs, IdentityIsThatOfTheMap) {
  EXPECT_EQ(bus_.read(card::regs::kIdentityMagic).data, 0x56545245U);
  EXPECT_EQ(bus_.read(card::regs::kIdentityMapHash).data, card::regs::kMapHash);
  EXPECT_EQ(
      card::regs::kIdentityMapVersionMajor.get(bus_.read(card::regs::kIdentityMapVersion).data),
      card::regs::kMapMajor);
}

TEST_F(CsrRegs, EveryRegisterTakesWritesAsItsBitsSay) {
  for (size_t i = 0; i < kRegisters.size(); ++i) {
    const Register& reg = kRegisters[i];
    for (const uint32_t data : {0xffffffffU, 0x0U, 0xa5a5a5a5U, static_cast<uint32_t>(random_())}) {
      model_->signal_i[i] = static_cast<uint32_t>(random_());
      write(reg, data);
      const uint32_t expected =
          (data & reg.rw) | (model_->signal_i[i] & reg.signal) | (reg.reset & reg.constant);
      EXPECT_EQ(read(reg), expected) << reg.name;
    }
  }
}

TEST_F(CsrRegs, AWriteChangesNoOtherRegister) {
  for (const Register& reg : kRegisters) {
    write(reg, 0x5a000000U | reg.address);
  }
  for (const Register& reg : kRegisters) {
    EXPECT_EQ(read(reg), ((0x5a000000U | reg.address) & reg.rw) | (reg.reset & reg.constant))
        << reg.name;
  }
}

TEST_F(CsrRegs, ByteStrobesChooseWhatIsWritten) {
  for (const Register& reg : kRegisters) {
    for (uint8_t strobe = 0; strobe < 16; ++strobe) {
      write(reg, 0x33cc55aa);
      write(reg, 0xcc33aa55, strobe);
      const uint32_t mask = bytes_of(strobe);
      EXPECT_EQ(read(reg) & reg.rw, ((0xcc33aa55U & mask) | (0x33cc55aaU & ~mask)) & reg.rw)
          << reg.name;
    }
  }
}

TEST_F(CsrRegs, ClearingBitsIsByWritingOnes) {
  size_t tested = 0;
  for (size_t i = 0; i < kRegisters.size(); ++i) {
    const Register& reg = kRegisters[i];
    if (reg.w1c == 0) {
      continue;
    }
    ++tested;
    set(i, 0xffffffff);
    EXPECT_EQ(read(reg), reg.w1c);
    write(reg, 0);
    EXPECT_EQ(read(reg), reg.w1c) << "zeros clear nothing";
    write(reg, 0xff, 0xe);
    EXPECT_EQ(read(reg) & 0xffU, reg.w1c & 0xffU) << "without its strobe a byte clears nothing";
    const uint32_t some = reg.w1c & 0x15;
    write(reg, some);
    EXPECT_EQ(read(reg), reg.w1c & ~some);
    write(reg, 0xffffffff);
    EXPECT_EQ(read(reg), 0U);
    // In the clock of the clearing write the card sets it again: nothing is lost.
    set(i, 0x1);
    model_->set_i[i] = 0x1;
    write(reg, 0x1);
    model_->set_i[i] = 0;
    EXPECT_EQ(read(reg), 0x1U);
  }
  EXPECT_GE(tested, 1U);
}

TEST_F(CsrRegs, EveryWriteIsAPulseForItsRegisterOnly) {
  class Pulses : public Agent {
   public:
    explicit Pulses(Vcsr_regs& model) : model_(model) {}
    void drive() override {}
    void sample() override {
      for (size_t i = 0; i < kRegisters.size(); ++i) {
        if ((model_.written_o[i / 32] >> (i % 32) & 1U) != 0) {
          seen.push_back(i);
          data.push_back(model_.written_data_o);
        }
      }
      if (model_.window_written_o != 0) {
        windows.emplace_back(model_.window_written_o, model_.written_word_o);
        data.push_back(model_.written_data_o);
      } else if (seen.empty() && model_.written_data_o != 0) {
        stray = true;
      }
    }
    std::vector<size_t> seen;
    std::vector<uint32_t> data;
    std::vector<std::pair<uint32_t, uint32_t>> windows;
    bool stray = false;

   private:
    Vcsr_regs& model_;
  };
  Pulses pulses(*model_);
  model_.add(pulses);
  for (size_t i = 0; i < kRegisters.size(); ++i) {
    write(kRegisters[i], 0x12345678, 0x5);
    model_.ticks(2);
    EXPECT_THAT(pulses.seen, testing::ElementsAre(i)) << kRegisters[i].name;
    EXPECT_THAT(pulses.data, testing::ElementsAre(0x00340078U)) << kRegisters[i].name;
    EXPECT_EQ(model_->written_data_o, 0U) << "what was written stays";
    pulses.seen.clear();
    pulses.data.clear();
  }
  for (size_t w = 0; w < kWindows.size(); ++w) {
    for (uint32_t word = 0; word < kWindows[w].words; ++word) {
      EXPECT_EQ(bus_.write(kWindows[w].base + 4 * word, 0xabcd0000U + word), AxiResponse::kOkay);
      model_.ticks(2);
      EXPECT_THAT(pulses.windows,
                  testing::ElementsAre(std::pair(1U << w, kWindows[w].base / 4 + word)));
      EXPECT_THAT(pulses.data, testing::ElementsAre(0xabcd0000U + word));
      pulses.windows.clear();
      pulses.data.clear();
    }
  }
  EXPECT_THAT(pulses.seen, testing::IsEmpty());
  EXPECT_FALSE(pulses.stray);
}

TEST_F(CsrRegs, WhatIsNotInTheMapIsAnError) {
  std::set<uint32_t> mapped;
  for (const Register& reg : kRegisters) {
    mapped.insert(reg.address);
  }
  for (const auto& window : kWindows) {
    for (uint32_t word = 0; word < window.words; ++word) {
      mapped.insert(window.base + 4 * word);
    }
  }
  size_t refused = 0;
  for (uint32_t address = 0; address < 0x2000; address += 4) {
    if (mapped.count(address) != 0) {
      continue;
    }
    EXPECT_EQ(bus_.write(address, 0xffffffff), AxiResponse::kSlaveError) << address;
    const AxiRead result = bus_.read(address);
    EXPECT_EQ(result.response, AxiResponse::kSlaveError) << address;
    EXPECT_EQ(result.data, 0U);
    ++refused;
  }
  EXPECT_GT(refused, 1000U);
  for (const uint32_t address : {0x2000U, 0x8000U, 0xfffcU}) {
    EXPECT_EQ(bus_.write(address, 1), AxiResponse::kSlaveError);
    EXPECT_EQ(bus_.read(address).response, AxiResponse::kSlaveError);
  }
  EXPECT_EQ(bus_.read(card::regs::kControlControl).data, 0U);
}

TEST_F(CsrRegs, WindowsCannotBeRead) {
  for (const auto& window : kWindows) {
    EXPECT_EQ(bus_.write(window.base, 0xdeadbeef), AxiResponse::kOkay);
    for (uint32_t word = 0; word < window.words; ++word) {
      const AxiRead result = bus_.read(window.base + 4 * word);
      EXPECT_EQ(result.response, AxiResponse::kSlaveError);
      EXPECT_EQ(result.data, 0U);
    }
  }
}

TEST_F(CsrRegs, TheInterruptStandsForEnabledEventsOnly) {
  const auto status = static_cast<size_t>(
      std::find_if(kRegisters.begin(), kRegisters.end(),
                   [](const Register& r) { return r.address == card::regs::kEventsStatus; }) -
      kRegisters.begin());
  set(status, 0x8);
  model_.ticks(2);
  EXPECT_EQ(model_->interrupt_o, 0);
  bus_.write(card::regs::kEventsEnable, 0x7);
  model_.ticks(2);
  EXPECT_EQ(model_->interrupt_o, 0);
  bus_.write(card::regs::kEventsEnable, 0x8);
  model_.ticks(2);
  EXPECT_EQ(model_->interrupt_o, 1);
  bus_.write(card::regs::kEventsStatus, 0x8);
  model_.ticks(2);
  EXPECT_EQ(model_->interrupt_o, 0);
}

TEST_F(CsrRegs, ResetForgets) {
  for (const Register& reg : kRegisters) {
    write(reg, 0xffffffff);
  }
  model_.reset();
  for (const Register& reg : kRegisters) {
    EXPECT_EQ(read(reg), reg.reset & (reg.rw | reg.w1c | reg.constant)) << reg.name;
  }
}

}  // namespace
}  // namespace vitrine::bench
