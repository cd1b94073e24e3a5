// The clear part of a protected record: what it looks like, what TLS allows in it, and the
// additional data that its tag covers.
//
//   TLS 1.3 (RFC 8446 section 5.2)   type 23 | 03 03 | length | ciphertext | tag (16)
//   TLS 1.2 (RFC 5246 6.2.3.3, RFC 5288 section 3)
//                                    type | 03 03 | length | explicit nonce (8) | ciphertext | tag
//                                    (16)
//
// Lengths: 1.3 up to 2^14 + 256 and at least one byte and the tag; 1.2 up to 2^14 + 24, at least
// nonce and tag. All integers big endian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "host/base/bytes.h"
#include "host/card/types.h"

namespace vitrine::card::soft {

constexpr size_t kTagSize = 16;
constexpr size_t kMaxHeaderSize = 13;
constexpr size_t kExplicitNonceAt = 5;  // TLS 1.2

enum ContentType : uint8_t {
  kChangeCipherSpec = 20,
  kAlert = 21,
  kHandshake = 22,
  kApplicationData = 23,
};

constexpr size_t header_size(TlsVersion version) {
  return version == TlsVersion::kTls13 ? 5 : kMaxHeaderSize;
}

// Why a record with this header, of which the first bytes are known, ends the splice; nothing where
// it may go on.
std::optional<CloseReason> forbidden_header(TlsVersion version, Bytes known);

// REQUIRES: at least five bytes. Header, ciphertext and tag together.
inline uint16_t record_size(const uint8_t* header) {
  return static_cast<uint16_t>(5 + load_be16(header + 3));
}

// What the tag covers beside the ciphertext.
class AdditionalData {
 public:
  // `text_size`: of the ciphertext without nonce and tag.
  AdditionalData(TlsVersion version, uint8_t type, uint64_t number, size_t text_size);
  Bytes view() const { return {bytes_, size_}; }

 private:
  uint8_t bytes_[13];
  size_t size_;
};

}  // namespace vitrine::card::soft
