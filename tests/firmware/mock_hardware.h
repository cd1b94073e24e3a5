// The firmware's seam on the host: every access is noted, in order, and answered as the test says.
//
// One at a time, because the firmware's functions are free functions; threads: one.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <ostream>
#include <vector>

namespace vitrine::firmware {

struct Access {
  bool write;
  uint32_t address;
  uint32_t value;
  bool operator==(const Access&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Access& access);

inline Access reads(uint32_t address, uint32_t value) { return {false, address, value}; }
inline Access writes(uint32_t address, uint32_t value) { return {true, address, value}; }

class MockHardware {
 public:
  MockHardware();
  ~MockHardware();
  MockHardware(const MockHardware&) = delete;
  MockHardware& operator=(const MockHardware&) = delete;

  // What reads of an address give, one after the other; the last again and again. 0 where nothing
  // was said.
  void answer(uint32_t address, std::deque<uint32_t> values) {
    answers_[address] = std::move(values);
  }
  // Words that keep what is written; `spoil` changes what a read gives.
  void add_memory(uint32_t first, uint32_t words);
  std::function<uint32_t(uint32_t address, uint32_t value)> spoil;

  uint32_t read(uint32_t address);
  void write(uint32_t address, uint32_t value);

  std::vector<Access> accesses;
  // The writes to first ... first + 4 * words - 1.
  std::vector<Access> writes_to(uint32_t first, uint32_t words) const;
  uint32_t clock = 0;  // what cycles() gives

 private:
  std::map<uint32_t, std::deque<uint32_t>> answers_;
  std::map<uint32_t, uint32_t> memory_;
};

}  // namespace vitrine::firmware
