#include "host/wire/checksum.h"

#include <bit>
#include <cstring>

namespace vitrine::wire {
namespace {

uint16_t fold(uint64_t sum) {
  while (sum >> 16 != 0) {
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return static_cast<uint16_t>(sum);
}

// Sum of native 32-bit words: RFC 1071 lets the byte order be put right at the end.
uint64_t native_sum(const uint8_t* p, size_t size) {
  uint64_t sum = 0;
  uint64_t other = 0;  // a second chain, so that the additions overlap
  while (size >= 8) {
    uint32_t a;
    uint32_t b;
    std::memcpy(&a, p, 4);
    std::memcpy(&b, p + 4, 4);
    sum += a;
    other += b;
    p += 8;
    size -= 8;
  }
  sum += other;
  while (size >= 2) {
    uint16_t word;
    std::memcpy(&word, p, 2);
    sum += word;
    p += 2;
    size -= 2;
  }
  if (size == 1) {
    uint16_t word = 0;
    std::memcpy(&word, p, 1);
    sum += word;
  }
  return sum;
}

}  // namespace

uint16_t ones_sum(Bytes bytes, uint32_t initial) {
  uint16_t sum = fold(native_sum(bytes.data(), bytes.size()));
  if constexpr (std::endian::native == std::endian::little) {
    sum = static_cast<uint16_t>(sum << 8 | sum >> 8);
  }
  return fold(static_cast<uint64_t>(sum) + initial);
}

uint16_t pseudo_header_sum(Bytes ip_header, size_t tcp_size) {
  constexpr uint32_t kTcp = 6;
  const uint32_t tail = kTcp + static_cast<uint32_t>(tcp_size >> 16) + (tcp_size & 0xffff);
  const bool v6 = ip_header[0] >> 4 == 6;
  return ones_sum(v6 ? ip_header.subspan(8, 32) : ip_header.subspan(12, 8), tail);
}

void write_checksums(MutableBytes ip_packet, size_t tcp_offset) {
  if (ip_packet[0] >> 4 == 4) {
    store_be16(&ip_packet[10], 0);
    const uint16_t sum = ones_sum(ip_packet.first((ip_packet[0] & 0x0fU) * size_t{4}));
    store_be16(&ip_packet[10], static_cast<uint16_t>(~sum));
  }
  const MutableBytes tcp = ip_packet.subspan(tcp_offset);
  store_be16(&tcp[16], 0);
  const uint16_t sum = ones_sum(tcp, pseudo_header_sum(ip_packet, tcp.size()));
  store_be16(&tcp[16], static_cast<uint16_t>(~sum));
}

uint16_t moved_checksum(uint16_t field, uint16_t old_word, uint16_t new_word) {
  const auto inverted = [](uint16_t word) { return static_cast<uint16_t>(~word); };
  return inverted(fold(uint64_t{inverted(field)} + inverted(old_word) + new_word));
}

}  // namespace vitrine::wire
