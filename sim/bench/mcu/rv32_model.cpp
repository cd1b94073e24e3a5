#include "sim/bench/mcu/rv32_model.h"

namespace vitrine::bench {
namespace {

constexpr uint32_t kMie = 1U << 3;
constexpr uint32_t kMpie = 1U << 7;
constexpr uint32_t kInterrupts = 1U << 3 | 1U << 7 | 1U << 11;

uint32_t bits(uint32_t word, unsigned high, unsigned low) {
  return (word >> low) & ((2U << (high - low)) - 1);
}
uint32_t extend(uint32_t value, unsigned width) {
  const uint32_t sign = 1U << (width - 1);
  return (value ^ sign) - sign;
}
uint32_t i_immediate(uint32_t w) { return extend(w >> 20, 12); }
uint32_t s_immediate(uint32_t w) { return extend(bits(w, 31, 25) << 5 | bits(w, 11, 7), 12); }
uint32_t b_immediate(uint32_t w) {
  return extend(
      bits(w, 31, 31) << 12 | bits(w, 7, 7) << 11 | bits(w, 30, 25) << 5 | bits(w, 11, 8) << 1, 13);
}
uint32_t j_immediate(uint32_t w) {
  return extend(
      bits(w, 31, 31) << 20 | bits(w, 19, 12) << 12 | bits(w, 20, 20) << 11 | bits(w, 30, 21) << 1,
      21);
}

// OP and OP-IMM; nothing where funct7 says that there is no such operation.
std::optional<uint32_t> operate(uint32_t funct3, uint32_t funct7, bool immediate, uint32_t a,
                                uint32_t b) {
  const bool shift = funct3 == 1 || funct3 == 5;
  if (immediate && !shift) {
    funct7 = 0;
  }
  if (funct7 == 0x20) {
    if (funct3 == 0 && !immediate) return a - b;
    if (funct3 == 5) return static_cast<uint32_t>(static_cast<int32_t>(a) >> (b & 31));
    return {};
  }
  if (funct7 != 0) {
    return {};
  }
  switch (funct3) {
    case 0:
      return a + b;
    case 1:
      return a << (b & 31);
    case 2:
      return static_cast<int32_t>(a) < static_cast<int32_t>(b) ? 1 : 0;
    case 3:
      return a < b ? 1 : 0;
    case 4:
      return a ^ b;
    case 5:
      return a >> (b & 31);
    case 6:
      return a | b;
    default:
      return a & b;
  }
}

std::optional<bool> branches(uint32_t funct3, uint32_t a, uint32_t b) {
  switch (funct3) {
    case 0:
      return a == b;
    case 1:
      return a != b;
    case 4:
      return static_cast<int32_t>(a) < static_cast<int32_t>(b);
    case 5:
      return static_cast<int32_t>(a) >= static_cast<int32_t>(b);
    case 6:
      return a < b;
    case 7:
      return a >= b;
    default:
      return {};
  }
}

}  // namespace

bool counts_clocks(uint32_t csr) {
  return csr == 0xb00 || csr == 0xb80 || csr == 0xc00 || csr == 0xc80 || csr == 0xc01 ||
         csr == 0xc81 || csr == 0x344;
}

Rv32Model::Rv32Model(uint32_t base, std::vector<uint8_t> memory, uint32_t pc, uint64_t retired)
    : base_(base), memory_(std::move(memory)), pc_(pc), minstret_(retired) {}

std::optional<uint32_t> Rv32Model::load(uint32_t address, unsigned bytes) const {
  uint32_t value = 0;
  for (unsigned i = 0; i < bytes; ++i) {
    const uint32_t offset = address + i - base_;
    if (offset >= memory_.size()) {
      return {};
    }
    value |= static_cast<uint32_t>(memory_[offset]) << (8 * i);
  }
  return value;
}

// Word by word, as a bus does it: what lies in memory is written although the rest faults.
bool Rv32Model::store(uint32_t address, unsigned bytes, uint32_t value) {
  for (unsigned i = 0; i < bytes; ++i) {
    const uint32_t offset = address + i - base_;
    if (offset >= memory_.size()) {
      return false;
    }
    memory_[offset] = static_cast<uint8_t>(value >> (8 * i));
  }
  return true;
}

Rv32Model::Outcome Rv32Model::trap(uint32_t cause, uint32_t value) {
  mepc_ = pc_;
  mcause_ = cause;
  mtval_ = value;
  mstatus_ = (mstatus_ & kMie) != 0 ? kMpie : 0;
  const bool vectored = (mtvec_ & 1) != 0 && (cause >> 31) != 0;
  pc_ = (mtvec_ & ~3U) + (vectored ? 4 * (cause & 0xf) : 0);
  return {.trapped = true, .cause = cause, .instruction = instruction_, .written = {}};
}

bool Rv32Model::interrupt(uint32_t cause) {
  if ((mstatus_ & kMie) == 0 || (mie_ & (1U << (cause & 0xf))) == 0) {
    return false;
  }
  trap(cause, 0);
  return true;
}

Rv32Model::Outcome Rv32Model::done(std::optional<uint32_t> value) {
  if (const uint32_t rd = bits(instruction_, 11, 7); value && rd != 0) {
    x_[rd] = *value;
  }
  if (!counter_written_) {
    ++minstret_;
  }
  return {.trapped = false, .cause = 0, .instruction = instruction_, .written = value};
}

Rv32Model::Outcome Rv32Model::jump(uint32_t target, std::optional<uint32_t> link) {
  if ((target & 2) != 0) {
    return trap(0, target);
  }
  pc_ = target;
  return done(link);
}

std::optional<uint32_t> Rv32Model::read_csr(uint32_t number, uint32_t hint) const {
  if (counts_clocks(number)) {
    return hint;
  }
  const bool array = (number & 0xfe0) == 0xb00 || (number & 0xfe0) == 0xb80 ||
                     (number & 0xfe0) == 0x320;  // counters and events that count nothing
  switch (number) {
    case 0x300:
      return mstatus_ | 3U << 11;
    case 0x301:
      return 0x4000'0100;
    case 0x304:
      return mie_;
    case 0x305:
      return mtvec_;
    case 0x340:
      return mscratch_;
    case 0x341:
      return mepc_;
    case 0x342:
      return mcause_;
    case 0x343:
      return mtval_;
    case 0xb02:
    case 0xc02:
      return static_cast<uint32_t>(minstret_);
    case 0xb82:
    case 0xc82:
      return static_cast<uint32_t>(minstret_ >> 32);
    case 0x310:
    case 0x320:
    case 0x7a0:
    case 0x7a1:
    case 0x7a2:
    case 0x7a3:
    case 0xf11:
    case 0xf12:
    case 0xf13:
    case 0xf14:
    case 0xf15:
      return 0;
    default:
      break;
  }
  return array && (number & 31) >= 3 ? std::optional<uint32_t>(0) : std::nullopt;
}

void Rv32Model::write_csr(uint32_t number, uint32_t value) {
  switch (number) {
    case 0x300:
      mstatus_ = value & (kMie | kMpie);
      break;
    case 0x304:
      mie_ = value & kInterrupts;
      break;
    case 0x305:
      mtvec_ = value & ~2U;
      break;
    case 0x340:
      mscratch_ = value;
      break;
    case 0x341:
      mepc_ = value & ~3U;
      break;
    case 0x342:
      mcause_ = value;
      break;
    case 0x343:
      mtval_ = value;
      break;
    case 0xb02:
      minstret_ = (minstret_ & ~0xffff'ffffULL) | value;
      counter_written_ = true;
      break;
    case 0xb82:
      minstret_ = (minstret_ & 0xffff'ffff) | static_cast<uint64_t>(value) << 32;
      counter_written_ = true;
      break;
    default:
      break;
  }
}

Rv32Model::Outcome Rv32Model::csr(uint32_t w, uint32_t hint) {
  const uint32_t number = w >> 20;
  const uint32_t field = bits(w, 19, 15);
  const uint32_t operand = bits(w, 14, 14) != 0 ? field : x_[field];
  const uint32_t how = bits(w, 13, 12);
  const bool writes = how == 1 || field != 0;
  const std::optional<uint32_t> old = read_csr(number, hint);
  if (!old || (writes && (number >> 10) == 3)) {
    return trap(2, w);
  }
  if (writes) {
    write_csr(number, how == 1 ? operand : how == 2 ? *old | operand : *old & ~operand);
  }
  pc_ += 4;
  return done(old);
}

Rv32Model::Outcome Rv32Model::system(uint32_t w, uint32_t hint) {
  if (bits(w, 13, 12) != 0) {
    return csr(w, hint);
  }
  switch (w) {
    case 0x0000'0073:
      return trap(11, 0);
    case 0x0010'0073:
      return trap(3, pc_);
    case 0x3020'0073:
      mstatus_ = kMpie | ((mstatus_ & kMpie) != 0 ? kMie : 0);
      pc_ = mepc_;
      return done({});
    case 0x1050'0073:
      pc_ += 4;
      return done({});
    default:
      return trap(2, w);
  }
}

Rv32Model::Outcome Rv32Model::access(uint32_t w) {
  const uint32_t funct3 = bits(w, 14, 12);
  const bool is_store = bits(w, 6, 0) == 0x23;
  const unsigned bytes = 1U << (funct3 & 3);
  if ((funct3 & 3) == 3 || (is_store && funct3 > 2) || funct3 > 5) {
    return trap(2, w);
  }
  const uint32_t address = x_[bits(w, 19, 15)] + (is_store ? s_immediate(w) : i_immediate(w));
  if (is_store) {
    if (!store(address, bytes, x_[bits(w, 24, 20)])) {
      return trap(7, address);
    }
    pc_ += 4;
    return done({});
  }
  const std::optional<uint32_t> value = load(address, bytes);
  if (!value) {
    return trap(5, address);
  }
  pc_ += 4;
  return done(funct3 < 2 ? extend(*value, 8 * bytes) : *value);
}

Rv32Model::Outcome Rv32Model::step(uint32_t read_hint) {
  counter_written_ = false;
  const std::optional<uint32_t> fetched = load(pc_, 4);
  instruction_ = fetched.value_or(0);
  if (!fetched) {
    return trap(1, pc_);
  }
  const uint32_t w = instruction_;
  const uint32_t funct3 = bits(w, 14, 12);
  const uint32_t a = x_[bits(w, 19, 15)];
  const uint32_t b = x_[bits(w, 24, 20)];
  const uint32_t here = pc_;
  switch (bits(w, 6, 0)) {
    case 0x37:
      pc_ += 4;
      return done(w & ~0xfffU);
    case 0x17:
      pc_ += 4;
      return done(here + (w & ~0xfffU));
    case 0x6f:
      return jump(here + j_immediate(w), here + 4);
    case 0x67:
      return funct3 == 0 ? jump((a + i_immediate(w)) & ~1U, here + 4) : trap(2, w);
    case 0x63: {
      const std::optional<bool> taken = branches(funct3, a, b);
      if (!taken) return trap(2, w);
      return jump(*taken ? here + b_immediate(w) : here + 4, {});
    }
    case 0x03:
    case 0x23:
      return access(w);
    case 0x13:
    case 0x33: {
      const bool immediate = bits(w, 6, 0) == 0x13;
      const std::optional<uint32_t> value =
          operate(funct3, w >> 25, immediate, a, immediate ? i_immediate(w) : b);
      if (!value) return trap(2, w);
      pc_ += 4;
      return done(value);
    }
    case 0x0f:
      if (funct3 > 1) return trap(2, w);
      pc_ += 4;
      return done({});
    case 0x73:
      return system(w, read_hint);
    default:
      return trap(2, w);
  }
}

}  // namespace vitrine::bench
