// Bytes in order: appended at the end, taken from the front, contiguous in between.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "host/base/bytes.h"

namespace vitrine::tls {

class ByteQueue {
 public:
  bool empty() const { return begin_ == bytes_.size(); }
  size_t size() const { return bytes_.size() - begin_; }
  // Valid until the next append or consume.
  Bytes view() const { return Bytes(bytes_).subspan(begin_); }

  void append(Bytes more) {
    // Moving the rest to the front pays only when what was taken is the larger part.
    if (begin_ > size()) {
      bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<ptrdiff_t>(begin_));
      begin_ = 0;
    }
    bytes_.insert(bytes_.end(), more.begin(), more.end());
  }
  // REQUIRES: n <= size().
  void consume(size_t n) {
    begin_ += n;
    if (empty()) {
      bytes_.clear();
      begin_ = 0;
    }
  }
  // Copies up to to.size() bytes out; returns how many.
  size_t take(MutableBytes to) {
    const size_t n = std::min(to.size(), size());
    std::copy_n(view().begin(), n, to.begin());
    consume(n);
    return n;
  }

 private:
  std::vector<uint8_t> bytes_;
  size_t begin_ = 0;
};

}  // namespace vitrine::tls
