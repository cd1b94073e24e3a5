#include "host/card/soft/byte_ring.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace vitrine::card::soft {
namespace {

constexpr size_t kMinimum = 4096;

size_t padded(size_t n) { return (n + 7) / 8 * 8; }

void store_length(uint8_t* at, uint32_t length) { std::memcpy(at, &length, 4); }

uint32_t load_length(const uint8_t* at) {
  uint32_t length = 0;
  std::memcpy(&length, at, 4);
  return length;
}

}  // namespace

ByteRing::ByteRing(size_t capacity)
    : capacity_(std::bit_ceil(std::max(capacity, kMinimum))),
      bytes_(std::make_unique_for_overwrite<uint8_t[]>(capacity_)) {}

MutableBytes ByteRing::reserve(size_t size, size_t keep_free) {
  const uint64_t head = head_.load(std::memory_order_relaxed);
  const uint64_t free = capacity_ - (head - tail_.load(std::memory_order_acquire));
  const size_t need = kHeader + padded(size);
  const size_t at = head & (capacity_ - 1);
  const size_t skip = capacity_ - at < need ? capacity_ - at : 0;
  if (size >= kSkip || need + skip > free || free - need - skip < keep_free) {
    return {};
  }
  if (skip != 0) {
    store_length(&bytes_[at], kSkip);
  }
  const size_t start = skip != 0 ? 0 : at;
  store_length(&bytes_[start], static_cast<uint32_t>(size));
  reserved_ = head + skip + need;
  return {&bytes_[start + kHeader], size};
}

void ByteRing::commit() { head_.store(reserved_, std::memory_order_release); }

MutableBytes ByteRing::next() {
  const uint64_t head = head_.load(std::memory_order_acquire);
  if (cursor_ == head) {
    return {};
  }
  size_t at = cursor_ & (capacity_ - 1);
  if (load_length(&bytes_[at]) == kSkip) {
    cursor_ += capacity_ - at;
    at = 0;
  }
  const size_t size = load_length(&bytes_[at]);
  cursor_ += kHeader + padded(size);
  return {&bytes_[at + kHeader], size};
}

void ByteRing::release() { tail_.store(cursor_, std::memory_order_release); }

}  // namespace vitrine::card::soft
