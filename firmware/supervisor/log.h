// The last events, for the host to read; older ones are overwritten.
#pragma once

#include "firmware/supervisor/protocol.h"
#include <stdint.h>

namespace vitrine::firmware {

constexpr uint32_t kLogWords = 3;  // microseconds since reset modulo 2^32, code, argument

struct LogEntry {
  uint32_t time_us;
  LogCode code;
  uint32_t argument;
};

class Log {
 public:
  static constexpr uint32_t kEntries = 64;

  void add(uint32_t time_us, LogCode code, uint32_t argument) {
    entries_[next_ % kEntries] = {time_us, code, argument};
    ++next_;
  }
  // Numbers count from 0; those before first() are gone.
  uint32_t first() const { return next_ > kEntries ? next_ - kEntries : 0; }
  uint32_t next() const { return next_; }
  // REQUIRES: first() <= number < next().
  const LogEntry& at(uint32_t number) const { return entries_[number % kEntries]; }

 private:
  LogEntry entries_[kEntries] = {};
  uint32_t next_ = 0;
};

}  // namespace vitrine::firmware
