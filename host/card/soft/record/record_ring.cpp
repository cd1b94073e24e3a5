#include "host/card/soft/record/record_ring.h"

#include <algorithm>

#include <openssl/crypto.h>

namespace vitrine::card::soft {

RecordChunkPool::RecordChunkPool(size_t chunks, size_t max_records)
    : max_records_(std::min(max_records, RecordRing::kMaxRecords)),
      chunks_(std::make_unique<RecordChunk[]>(chunks)) {
  free_.reserve(chunks);
  for (size_t i = chunks; i > 0; --i) {
    free_.push_back(&chunks_[i - 1]);
  }
}

RecordChunk* RecordChunkPool::take() {
  if (free_.empty()) {
    return nullptr;
  }
  RecordChunk* chunk = free_.back();
  free_.pop_back();
  return chunk;
}

void RecordChunkPool::give(RecordChunk* chunk) { free_.push_back(chunk); }

bool RecordRing::can_push() const {
  const size_t place = (head_ + count_) % kMaxRecords;
  return count_ < pool_.max_records() &&
         (chunks_[place / RecordChunk::kSlots] != nullptr || pool_.available() > 0);
}

RecordSlot& RecordRing::push() {
  const size_t place = (head_ + count_) % kMaxRecords;
  RecordChunk*& chunk = chunks_[place / RecordChunk::kSlots];
  if (chunk == nullptr) {
    chunk = pool_.take();
  }
  ++count_;
  RecordSlot& slot = back();
  slot = RecordSlot{};
  return slot;
}

void RecordRing::pop() {
  OPENSSL_cleanse(&front(), sizeof(RecordSlot));
  const size_t chunk = head_ / RecordChunk::kSlots;
  head_ = (head_ + 1) % kMaxRecords;
  --count_;
  const size_t last = (head_ + count_ + kMaxRecords - 1) % kMaxRecords / RecordChunk::kSlots;
  const bool still_used = count_ > 0 && (head_ / RecordChunk::kSlots == chunk || last == chunk);
  if (!still_used) {
    pool_.give(chunks_[chunk]);
    chunks_[chunk] = nullptr;
    if (count_ == 0) {
      head_ = 0;
    }
  }
}

void RecordRing::clear() {
  while (!empty()) {
    pop();
  }
}

size_t RecordRing::find(Sequence sequence) const {
  if (sequence_at_most(back().begin, sequence)) {
    return count_ - 1;
  }
  size_t low = 0;
  size_t high = count_ - 1;  // begins after `sequence`
  while (high - low > 1) {
    const size_t middle = low + (high - low) / 2;
    (sequence_at_most(at(middle).begin, sequence) ? low : high) = middle;
  }
  return low;
}

}  // namespace vitrine::card::soft
