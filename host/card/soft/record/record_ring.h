// The records of one direction that are in flight, oldest first, without gaps between them.
//
// Slots come in chunks from a pool that all directions share, so that a direction with nothing in
// flight holds none. Threads: one. Memory: all of it is allocated with the pool.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "host/card/soft/record/record_slot.h"

namespace vitrine::card::soft {

struct RecordChunk {
  static constexpr size_t kSlots = 32;
  RecordSlot slots[kSlots];
};

class RecordChunkPool {
 public:
  // `max_records`: in flight in one direction, at most RecordRing::kMaxRecords.
  RecordChunkPool(size_t chunks, size_t max_records);

  // Null where none is left.
  RecordChunk* take();
  // REQUIRES: its slots are wiped.
  void give(RecordChunk* chunk);
  size_t available() const { return free_.size(); }
  size_t max_records() const { return max_records_; }

 private:
  const size_t max_records_;
  std::unique_ptr<RecordChunk[]> chunks_;
  std::vector<RecordChunk*> free_;
};

class RecordRing {
 public:
  static constexpr size_t kMaxRecords = 1024;

  explicit RecordRing(RecordChunkPool& pool) : pool_(pool) {}
  ~RecordRing() { clear(); }
  RecordRing(const RecordRing&) = delete;
  RecordRing& operator=(const RecordRing&) = delete;

  bool empty() const { return count_ == 0; }
  size_t size() const { return count_; }
  bool can_push() const;
  // A fresh slot at the end. REQUIRES: can_push().
  RecordSlot& push();
  void pop();
  void clear();

  // REQUIRES: not empty.
  RecordSlot& front() { return at(0); }
  RecordSlot& back() { return at(count_ - 1); }
  const RecordSlot& back() const { return const_cast<RecordRing*>(this)->at(count_ - 1); }
  const RecordSlot& front() const { return const_cast<RecordRing*>(this)->at(0); }
  // REQUIRES: front().begin <= sequence < back().end(). The index of the record that holds this
  // byte.
  size_t find(Sequence sequence) const;
  RecordSlot& at(size_t i) {
    const size_t place = (head_ + i) % kMaxRecords;
    return chunks_[place / RecordChunk::kSlots]->slots[place % RecordChunk::kSlots];
  }
  const RecordSlot& at(size_t i) const { return const_cast<RecordRing*>(this)->at(i); }

 private:
  static constexpr size_t kChunks = kMaxRecords / RecordChunk::kSlots;

  RecordChunkPool& pool_;
  std::array<RecordChunk*, kChunks> chunks_{};
  size_t head_ = 0;
  size_t count_ = 0;
};

}  // namespace vitrine::card::soft
