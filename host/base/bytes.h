// Views of bytes, network byte order, and a bounded cursor over untrusted input.
//
// All multi-byte loads and stores here are big endian (network order).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace vitrine {

using Bytes = std::span<const uint8_t>;
using MutableBytes = std::span<uint8_t>;

// REQUIRES: the pointer covers 2, 4 or 8 bytes.
inline uint16_t load_be16(const uint8_t* p) { return static_cast<uint16_t>(p[0] << 8 | p[1]); }
inline uint32_t load_be32(const uint8_t* p) {
  return static_cast<uint32_t>(p[0]) << 24 | static_cast<uint32_t>(p[1]) << 16 |
         static_cast<uint32_t>(p[2]) << 8 | p[3];
}
inline uint64_t load_be64(const uint8_t* p) {
  return static_cast<uint64_t>(load_be32(p)) << 32 | load_be32(p + 4);
}
inline void store_be16(uint8_t* p, uint16_t v) {
  p[0] = static_cast<uint8_t>(v >> 8);
  p[1] = static_cast<uint8_t>(v);
}
inline void store_be32(uint8_t* p, uint32_t v) {
  store_be16(p, static_cast<uint16_t>(v >> 16));
  store_be16(p + 2, static_cast<uint16_t>(v));
}
inline void store_be64(uint8_t* p, uint64_t v) {
  store_be32(p, static_cast<uint32_t>(v >> 32));
  store_be32(p + 4, static_cast<uint32_t>(v));
}

// Reads untrusted bytes front to back. A read past the end returns zero or an empty view and makes
// ok() false for good, so a parser may read a whole structure and check once.
class ByteReader {
 public:
  // The view must outlive the reader and every view taken from it.
  explicit ByteReader(Bytes bytes) : bytes_(bytes) {}

  uint8_t u8();
  uint16_t u16();
  uint32_t u24();
  uint32_t u32();
  Bytes take(size_t n);
  void skip(size_t n) { take(n); }
  // A vector with a length prefix of one, two or three bytes (RFC 8446 section 3.4).
  Bytes vector8() { return take(u8()); }
  Bytes vector16() { return take(u16()); }
  Bytes vector24() { return take(u24()); }

  bool ok() const { return ok_; }
  bool at_end() const { return pos_ == bytes_.size(); }
  size_t remaining() const { return bytes_.size() - pos_; }
  size_t position() const { return pos_; }
  Bytes rest() const { return bytes_.subspan(pos_); }

 private:
  Bytes bytes_;
  size_t pos_ = 0;
  bool ok_ = true;
};

// Lower-case hexadecimal without separators. Never for secrets.
std::string to_hex(Bytes bytes);

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace vitrine
