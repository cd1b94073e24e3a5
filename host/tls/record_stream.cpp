#include "host/tls/record_stream.h"

#include <algorithm>

namespace vitrine::tls {

void RecordStream::feed(Bytes bytes) {
  bytes_ += bytes.size();
  while (!bytes.empty()) {
    if (header_have_ < kHeader) {
      const size_t n = std::min(bytes.size(), kHeader - header_have_);
      std::copy_n(bytes.begin(), n, header_.begin() + static_cast<ptrdiff_t>(header_have_));
      header_have_ += n;
      bytes = bytes.subspan(n);
      if (header_have_ == kHeader) {
        end_of_header();
      }
      continue;
    }
    const size_t n = std::min(bytes.size(), body_left_);
    const size_t kept = std::min(n, kHead - head_have_);
    std::copy_n(bytes.begin(), kept, head_.begin() + static_cast<ptrdiff_t>(head_have_));
    head_have_ += kept;
    body_left_ -= n;
    bytes = bytes.subspan(n);
    if (body_left_ == 0) {
      end_of_record();
    }
  }
}

size_t RecordStream::bytes_to_boundary() const {
  if (header_have_ == 0) {
    return 0;
  }
  return header_have_ < kHeader ? kHeader - header_have_ : body_left_;
}

void RecordStream::end_of_header() {
  body_left_ = load_be16(header_.data() + 3);
  head_.fill(0);
  head_have_ = 0;
  if (body_left_ == 0) {
    end_of_record();
  }
}

void RecordStream::end_of_record() {
  last_head_ = head_;
  header_have_ = 0;
  ++records_;
}

}  // namespace vitrine::tls
