#include "host/base/checksum.h"

#include <array>
#include <bit>
#include <cstring>

#include "host/base/ip_header.h"
#include "host/base/tcp_header.h"

namespace vitrine {
namespace {

uint16_t fold(uint64_t sum) {
  while (sum >> 16U != 0) {
    sum = (sum & 0xffff) + (sum >> 16U);
  }
  return static_cast<uint16_t>(sum);
}

uint16_t inverted(uint16_t word) { return static_cast<uint16_t>(~word); }

// Sum of 32-bit words of the machine's order: RFC 1071 section 2 lets the order be put right at the
// end, and 64 bits lose no carry of fewer than 2^32 words.
uint64_t native_sum(const uint8_t* p, size_t size) {
  // Four chains, so that the additions overlap or share a vector register.
  std::array<uint64_t, 4> chains{};
  for (; size >= 16; p += 16, size -= 16) {
    std::array<uint32_t, 4> words;
    std::memcpy(words.data(), p, 16);
    for (size_t i = 0; i < 4; ++i) {
      chains[i] += words[i];
    }
  }
  uint64_t sum = chains[0] + chains[1] + chains[2] + chains[3];
  for (; size > 0; p += 4) {
    const size_t length = size < 4 ? size : 4;
    uint32_t word = 0;
    std::memcpy(&word, p, length);
    sum += word;
    size -= length;
  }
  return sum;
}

}  // namespace

uint16_t ones_sum(Bytes bytes, uint32_t initial) {
  uint16_t sum = fold(native_sum(bytes.data(), bytes.size()));
  if constexpr (std::endian::native == std::endian::little) {
    sum = static_cast<uint16_t>(sum << 8U | sum >> 8U);
  }
  return fold(uint64_t{sum} + initial);
}

uint16_t pseudo_header_sum(Bytes ip_header, uint8_t protocol, size_t size) {
  const Bytes addresses = ip_version(ip_header[0]) == 6
                              ? ip_header.subspan(kIpv6Source, 2 * kIpv6AddressSize)
                              : ip_header.subspan(kIpv4Source, 2 * kIpv4AddressSize);
  return ones_sum(addresses, protocol + static_cast<uint32_t>(size));
}

void write_ip_checksum(MutableBytes ip_header) {
  if (ip_version(ip_header[0]) != 4) {
    return;
  }
  store_be16(&ip_header[kIpv4Checksum], 0);
  const uint16_t sum = ones_sum(ip_header.first(ipv4_header_size(ip_header[0])));
  store_be16(&ip_header[kIpv4Checksum], inverted(sum));
}

void write_checksums(MutableBytes ip_packet, size_t tcp_offset) {
  write_ip_checksum(ip_packet);
  const MutableBytes tcp = ip_packet.subspan(tcp_offset);
  store_be16(&tcp[kTcpChecksum], 0);
  const uint16_t sum = ones_sum(tcp, pseudo_header_sum(ip_packet, kProtocolTcp, tcp.size()));
  store_be16(&tcp[kTcpChecksum], inverted(sum));
}

uint16_t moved_checksum(uint16_t field, uint16_t old_word, uint16_t new_word) {
  return inverted(fold(uint64_t{inverted(field)} + inverted(old_word) + new_word));
}

}  // namespace vitrine
