// A mutex that is had in the order in which it was asked for.
//
// Commands hold the driver's lock for as long as the card takes, and a thread that asks for
// counters in a loop would keep a std::mutex from everybody else for seconds. Any thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace vitrine::card::driver {

class FairMutex {
 public:
  void lock() {
    std::unique_lock lock(mutex_);
    const uint64_t ticket = next_++;
    turn_.wait(lock, [&] { return ticket == served_; });
  }
  void unlock() {
    {
      const std::lock_guard lock(mutex_);
      ++served_;
    }
    turn_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable turn_;
  uint64_t next_ = 0;
  uint64_t served_ = 0;
};

}  // namespace vitrine::card::driver
