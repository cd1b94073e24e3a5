#include "tests/card/image/cut_flash.h"

#include <algorithm>

namespace vitrine::card {
namespace {

Status no_power() { return {Code::kUnavailable, "the power is off"}; }

}  // namespace

void CutFlash::cut_after(uint64_t steps, uint32_t seed) {
  left_ = steps;
  random_.seed(seed);
  share_ = random_() % 257;  // none and all of them, too
}

CutFlash::Power CutFlash::step() {
  ++steps_;
  if (!left_) {
    return Power::kOn;
  }
  if (*left_ == 0) {
    const bool again = off_;
    off_ = true;
    return again ? Power::kOff : Power::kGoing;
  }
  --*left_;
  return Power::kOn;
}

uint8_t CutFlash::between(uint8_t before, uint8_t after) {
  uint8_t mask = 0;
  for (int bit = 0; bit < 8; ++bit) {
    mask = static_cast<uint8_t>(mask << 1 | (random_() % 256 < share_ ? 1 : 0));
  }
  return static_cast<uint8_t>((before & ~mask) | (after & mask));
}

Status CutFlash::read(uint64_t offset, MutableBytes into) {
  if (left_ && off_) {
    return no_power();
  }
  std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
  return Status::ok();
}

Status CutFlash::erase_sector(uint64_t offset) {
  const Power power = step();
  for (uint64_t i = offset; i < offset + flash::kSector && power != Power::kOff; ++i) {
    bytes_[i] = power == Power::kOn ? flash::kErased : between(bytes_[i], flash::kErased);
  }
  return power == Power::kOn ? Status::ok() : no_power();
}

Status CutFlash::program(uint64_t offset, Bytes bytes) {
  const Power power = step();
  for (size_t i = 0; i < bytes.size() && power != Power::kOff; ++i) {
    uint8_t& byte = bytes_[offset + i];
    const auto after = static_cast<uint8_t>(byte & bytes[i]);
    byte = power == Power::kOn ? after : between(byte, after);
  }
  return power == Power::kOn ? Status::ok() : no_power();
}

}  // namespace vitrine::card
