// A bounded ring of variable-length records between one producer and one consumer thread, without
// locks.
//
// Memory is allocated at construction; a record is contiguous, starts 8-byte aligned and is written
// and read in place. Layout: a 4-byte length, 4 unused, the record, padding to 8; a length of kSkip
// sends the reader back to the start.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "host/base/bytes.h"

namespace vitrine::card::soft {

class ByteRing {
 public:
  // Rounded up to a power of two, at least 4 KiB.
  explicit ByteRing(size_t capacity);

  // Producer: room for one record; empty where that would leave fewer than `keep_free` bytes. The
  // record becomes visible with commit(); a second reserve() before it replaces the first.
  MutableBytes reserve(size_t size, size_t keep_free = 0);
  void commit();

  // Consumer: the next record that next() has not given out yet; empty where there is none.
  MutableBytes next();
  // Frees the records given out so far; views of them end here.
  void release();

  // Either side.
  bool empty() const {
    return head_.load(std::memory_order_acquire) == tail_.load(std::memory_order_acquire);
  }
  size_t capacity() const { return capacity_; }

 private:
  static constexpr uint32_t kSkip = 0xffffffff;
  static constexpr size_t kHeader = 8;

  // Producer and consumer each write a cache line of their own.
  alignas(64) const size_t capacity_;
  std::unique_ptr<uint8_t[]> bytes_;
  std::atomic<uint64_t> head_{0};              // written by the producer; counts bytes for ever
  uint64_t reserved_ = 0;                      // producer: head after commit()
  alignas(64) std::atomic<uint64_t> tail_{0};  // written by the consumer
  uint64_t cursor_ = 0;                        // consumer: where next() reads
};

}  // namespace vitrine::card::soft
