// Time behind one interface, so that tests decide what time it is.
#pragma once

#include <cstdint>

namespace vitrine {

class Clock {
 public:
  virtual ~Clock() = default;
  // Nanoseconds since an arbitrary start; never goes back.
  virtual uint64_t monotonic_ns() const = 0;
  // Milliseconds since 1970-01-01 UTC.
  virtual int64_t wall_ms() const = 0;

  // The machine's clock; lives as long as the process.
  static const Clock& system();
};

// A clock that moves when told to.
class ManualClock : public Clock {
 public:
  uint64_t monotonic_ns() const override { return monotonic_ns_; }
  int64_t wall_ms() const override { return wall_ms_; }
  void advance_ms(int64_t ms) {
    monotonic_ns_ += static_cast<uint64_t>(ms) * 1'000'000;
    wall_ms_ += ms;
  }
  void set_wall_ms(int64_t ms) { wall_ms_ = ms; }

 private:
  uint64_t monotonic_ns_ = 1;
  int64_t wall_ms_ = 0;
};

}  // namespace vitrine
