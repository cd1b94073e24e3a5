#include "host/card/driver/bus.h"

namespace vitrine::card::driver {

Status Bus::read_block(uint32_t address, std::span<uint32_t> words) {
  for (uint32_t& word : words) {
    const auto value = read32(address);
    if (!value) {
      return value.status();
    }
    word = *value;
    address += 4;
  }
  return {};
}

Status Bus::to_card(const SharedMemory& /*memory*/, size_t /*at*/, size_t /*bytes*/) { return {}; }

Status Bus::from_card(const SharedMemory& /*memory*/, size_t /*at*/, size_t /*bytes*/) {
  return {};
}

}  // namespace vitrine::card::driver
