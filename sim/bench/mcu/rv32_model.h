// RV32I, Zicsr, Zifencei and machine mode in C++: what rtl/mcu is compared with, one instruction at
// a time.
//
// Written from the manual (volume I and II), not from the RTL. Memory is one flat piece; everything
// else faults. Counters that count clocks cannot be known here: read_hint gives their value.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace vitrine::bench {

class Rv32Model {
 public:
  struct Outcome {
    bool trapped = false;
    uint32_t cause = 0;
    uint32_t instruction = 0;
    std::optional<uint32_t> written;  // also where rd is x0
  };

  // `retired`: instructions carried out before, for minstret.
  Rv32Model(uint32_t base, std::vector<uint8_t> memory, uint32_t pc, uint64_t retired);

  // Carries out the next instruction. read_hint: what a CSR that counts clocks reads as.
  Outcome step(uint32_t read_hint);
  // Whether an interrupt with this cause may be taken now; then it is.
  bool interrupt(uint32_t cause);

  uint32_t pc() const { return pc_; }
  uint32_t x(unsigned i) const { return x_[i]; }
  const std::vector<uint8_t>& memory() const { return memory_; }

 private:
  std::optional<uint32_t> load(uint32_t address, unsigned bytes) const;
  bool store(uint32_t address, unsigned bytes, uint32_t value);
  Outcome trap(uint32_t cause, uint32_t value);
  std::optional<uint32_t> read_csr(uint32_t number, uint32_t hint) const;
  void write_csr(uint32_t number, uint32_t value);
  Outcome csr(uint32_t instruction, uint32_t hint);
  Outcome system(uint32_t instruction, uint32_t hint);
  Outcome access(uint32_t instruction);
  Outcome jump(uint32_t target, std::optional<uint32_t> link);
  Outcome done(std::optional<uint32_t> value);

  const uint32_t base_;
  std::vector<uint8_t> memory_;
  std::array<uint32_t, 32> x_{};
  uint32_t pc_;
  uint32_t instruction_ = 0;
  uint32_t mstatus_ = 0;  // MIE and MPIE only
  uint32_t mie_ = 0;
  uint32_t mtvec_ = 0;
  uint32_t mscratch_ = 0;
  uint32_t mepc_ = 0;
  uint32_t mcause_ = 0;
  uint32_t mtval_ = 0;
  uint64_t minstret_ = 0;
  bool counter_written_ = false;
};

// CSRs whose value depends on the clock.
bool counts_clocks(uint32_t csr);

}  // namespace vitrine::bench
