#include "host/base/bytes.h"

namespace vitrine {

Bytes ByteReader::take(size_t n) {
  if (!ok_ || n > remaining()) {
    ok_ = false;
    return {};
  }
  Bytes view = bytes_.subspan(pos_, n);
  pos_ += n;
  return view;
}

uint8_t ByteReader::u8() {
  Bytes b = take(1);
  return b.empty() ? 0 : b[0];
}

uint16_t ByteReader::u16() {
  Bytes b = take(2);
  return b.empty() ? 0 : load_be16(b.data());
}

uint32_t ByteReader::u24() {
  Bytes b = take(3);
  return b.empty() ? 0 : static_cast<uint32_t>(b[0]) << 16 | load_be16(b.data() + 1);
}

uint32_t ByteReader::u32() {
  Bytes b = take(4);
  return b.empty() ? 0 : load_be32(b.data());
}

std::string to_hex(Bytes bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (uint8_t b : bytes) {
    text.push_back(kDigits[b >> 4]);
    text.push_back(kDigits[b & 15]);
  }
  return text;
}

}  // namespace vitrine
