#include "tests/firmware/mock_hardware.h"

#include <cstdlib>

#include "firmware/base/hardware.h"

namespace vitrine::firmware {
namespace {

MockHardware* current_mock = nullptr;

}  // namespace

std::ostream& operator<<(std::ostream& out, const Access& access) {
  return out << (access.write ? "write " : "read ") << std::hex << access.address << " "
             << access.value << std::dec;
}

MockHardware::MockHardware() { current_mock = this; }
MockHardware::~MockHardware() { current_mock = nullptr; }

void MockHardware::add_memory(uint32_t first, uint32_t words) {
  for (uint32_t i = 0; i < words; ++i) {
    memory_[first + 4 * i] = 0xdead'beef;
  }
}

uint32_t MockHardware::read(uint32_t address) {
  uint32_t value = 0;
  if (const auto found = memory_.find(address); found != memory_.end()) {
    value = found->second;
  } else if (const auto given = answers_.find(address);
             given != answers_.end() && !given->second.empty()) {
    value = given->second.front();
    if (given->second.size() > 1) {
      given->second.pop_front();
    }
  }
  value = spoil ? spoil(address, value) : value;
  accesses.push_back(reads(address, value));
  return value;
}

void MockHardware::write(uint32_t address, uint32_t value) {
  if (const auto found = memory_.find(address); found != memory_.end()) {
    found->second = value;
  }
  accesses.push_back(writes(address, value));
}

std::vector<Access> MockHardware::writes_to(uint32_t first, uint32_t words) const {
  std::vector<Access> out;
  for (const Access& access : accesses) {
    if (access.write && access.address - first < 4 * words) {
      out.push_back(access);
    }
  }
  return out;
}

// The seam's other side.
uint32_t read32(uint32_t address) {
  if (current_mock == nullptr) {
    std::abort();  // a test without its mock
  }
  return current_mock->read(address);
}
void write32(uint32_t address, uint32_t value) {
  if (current_mock == nullptr) {
    std::abort();
  }
  current_mock->write(address, value);
}
uint32_t cycles() { return current_mock == nullptr ? 0 : current_mock->clock; }
void wait_for_request() {}

}  // namespace vitrine::firmware
