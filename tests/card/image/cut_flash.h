// A flash in memory, whose power fails at a chosen moment.
//
// Each erase of a sector and each programming of a page is a step. In the step of the cut only part
// of the bits change, which ones a seed decides; every call after it fails.
#pragma once

#include <optional>
#include <random>
#include <vector>

#include "host/card/flash/flash.h"

namespace vitrine::card {

class CutFlash : public flash::Flash {
 public:
  explicit CutFlash(uint64_t size) : bytes_(size, flash::kErased) {}

  // The power goes in the step after `steps` more.
  void cut_after(uint64_t steps, uint32_t seed);
  void power_on() {
    left_.reset();
    off_ = false;
  }
  uint64_t steps() const { return steps_; }

  uint64_t size() const override { return bytes_.size(); }
  Status read(uint64_t offset, MutableBytes into) override;
  Status erase_sector(uint64_t offset) override;
  Status program(uint64_t offset, Bytes bytes) override;

  std::vector<uint8_t>& bytes() { return bytes_; }

 private:
  enum class Power { kOn, kGoing, kOff };
  Power step();
  // A byte between `before` and `after`.
  uint8_t between(uint8_t before, uint8_t after);

  std::vector<uint8_t> bytes_;
  std::optional<uint64_t> left_;
  bool off_ = false;
  uint64_t steps_ = 0;
  std::mt19937 random_;
  uint64_t share_ = 0;  // of the bits that still change, of 256
};

}  // namespace vitrine::card
