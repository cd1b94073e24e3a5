// Fields of packed structs on a model's wide ports, in the order of their declaration.
//
// SystemVerilog puts the first field on top; Verilator gives ports of more than 64 bits as words,
// the lowest first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <verilated.h>

namespace vitrine::bench {

// Reads a struct of `bits` bits from the top down. The port must outlive the reader.
class FieldReader {
 public:
  FieldReader(const EData* words, size_t bits) : words_(words), at_(bits) {}

  // REQUIRES: at most 64 bits.
  uint64_t take(size_t bits) {
    uint64_t value = 0;
    for (size_t i = 0; i < bits; ++i) {
      --at_;
      value = value << 1 | (words_[at_ / 32] >> (at_ % 32) & 1U);
    }
    return value;
  }
  bool flag() { return take(1) != 0; }
  std::vector<uint8_t> bytes(size_t count) {
    std::vector<uint8_t> out(count);
    for (uint8_t& byte : out) {
      byte = static_cast<uint8_t>(take(8));
    }
    return out;
  }

 private:
  const EData* words_;
  size_t at_;
};

// Writes one, likewise.
class FieldWriter {
 public:
  FieldWriter(EData* words, size_t bits) : words_(words), at_(bits) {}

  FieldWriter& put(size_t bits, uint64_t value) {
    for (size_t i = bits; i > 0; --i) {
      --at_;
      const EData bit = 1U << (at_ % 32);
      words_[at_ / 32] =
          (value >> (i - 1) & 1U) != 0 ? words_[at_ / 32] | bit : words_[at_ / 32] & ~bit;
    }
    return *this;
  }
  FieldWriter& put_bytes(const uint8_t* bytes, size_t count) {
    for (size_t i = 0; i < count; ++i) {
      put(8, bytes[i]);
    }
    return *this;
  }

 private:
  EData* words_;
  size_t at_;
};

}  // namespace vitrine::bench
