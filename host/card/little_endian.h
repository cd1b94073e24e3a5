// Little-endian loads and stores: the card's registers, mailboxes and rings have that order.
// Network fields are in host/base/bytes.h.
#pragma once

#include <cstdint>

namespace vitrine::card {

// REQUIRES: the pointer covers 2, 4 or 8 bytes.
inline uint16_t load_le16(const uint8_t* p) { return static_cast<uint16_t>(p[0] | p[1] << 8); }
inline uint32_t load_le32(const uint8_t* p) {
  return load_le16(p) | static_cast<uint32_t>(load_le16(p + 2)) << 16;
}
inline uint64_t load_le64(const uint8_t* p) {
  return load_le32(p) | static_cast<uint64_t>(load_le32(p + 4)) << 32;
}
inline void store_le16(uint8_t* p, uint16_t v) {
  p[0] = static_cast<uint8_t>(v);
  p[1] = static_cast<uint8_t>(v >> 8);
}
inline void store_le32(uint8_t* p, uint32_t v) {
  store_le16(p, static_cast<uint16_t>(v));
  store_le16(p + 2, static_cast<uint16_t>(v >> 16));
}
inline void store_le64(uint8_t* p, uint64_t v) {
  store_le32(p, static_cast<uint32_t>(v));
  store_le32(p + 4, static_cast<uint32_t>(v >> 32));
}

}  // namespace vitrine::card
