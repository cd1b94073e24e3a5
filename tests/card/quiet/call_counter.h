// Counts what this process asks of the allocator and of locks, and forbids system calls.
//
// The binary's own malloc, free and pthread locks stand in front of the C library's, so that every
// library's calls are seen: operator new and std::mutex end there too.
#pragma once

#include <cstdint>
#include <functional>

namespace vitrine::card::test {

struct CallCounts {
  uint64_t allocations = 0;  // malloc and its kin; also free
  uint64_t locks = 0;        // mutex, read-write and spin locks, taken or tried
};

// Counts from its making until stop(), in all threads. One at a time.
class CallCounter {
 public:
  CallCounter();
  ~CallCounter() { stop(); }
  CallCounter(const CallCounter&) = delete;
  CallCounter& operator=(const CallCounter&) = delete;

  CallCounts stop();
};

constexpr int kNoSystemCall = -1;

// Runs `work` in a child process in which a system call ends it. Returns the number of the first
// system call, or kNoSystemCall where `work` came to its end and returned true. Anything else fails
// the test. REQUIRES: no other thread.
int first_system_call(const std::function<bool()>& work);

}  // namespace vitrine::card::test
