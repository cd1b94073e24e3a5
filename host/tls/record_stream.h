// Follows TLS records in a byte stream by their 5-byte headers (RFC 8446 section 5.1), without
// decrypting.
//
// Tells where the stream stands between records, and the first 8 bytes of the last whole record:
// the explicit nonce of a TLS 1.2 AES-GCM record.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "host/base/bytes.h"

namespace vitrine::tls {

class RecordStream {
 public:
  void feed(Bytes bytes);

  // Bytes that complete the record, or only its header where that is cut; 0 between records.
  size_t bytes_to_boundary() const;
  uint64_t bytes() const { return bytes_; }
  uint64_t records() const { return records_; }
  // Big endian; shorter records are padded with zeros.
  uint64_t last_head() const { return load_be64(last_head_.data()); }

 private:
  static constexpr size_t kHeader = 5;
  static constexpr size_t kHead = 8;

  void end_of_header();
  void end_of_record();

  std::array<uint8_t, kHeader> header_{};
  size_t header_have_ = 0;
  std::array<uint8_t, kHead> head_{};
  size_t head_have_ = 0;
  size_t body_left_ = 0;
  std::array<uint8_t, kHead> last_head_{};
  uint64_t bytes_ = 0;
  uint64_t records_ = 0;
};

}  // namespace vitrine::tls
