#include "host/card/soft/checksum.h"

#include <bit>
#include <cstring>

namespace vitrine::card::soft {
namespace {

constexpr uint8_t kUdp = 17;

uint16_t fold(uint64_t sum) {
  while (sum >> 16U != 0) {
    sum = (sum & 0xffff) + (sum >> 16U);
  }
  return static_cast<uint16_t>(sum);
}

uint16_t checksum_offset(const ParsedFrame& parsed) { return parsed.key.protocol == kUdp ? 6 : 16; }

// The transport header and everything behind it, by the IP length.
size_t transport_length(const ParsedFrame& parsed) {
  return parsed.payload + parsed.payload_length - parsed.l4;
}

// RFC 9293 section 3.1, RFC 8200 section 8.1.
uint16_t pseudo_header_sum(Bytes frame, const ParsedFrame& parsed) {
  const bool v6 = parsed.key.source.is_v6();
  const Bytes addresses = v6 ? frame.subspan(parsed.l3 + 8, 32) : frame.subspan(parsed.l3 + 12, 8);
  return fold(uint64_t{internet_sum(addresses)} + parsed.key.protocol + transport_length(parsed));
}

}  // namespace

uint16_t internet_sum(Bytes bytes) {
  // Sums 32-bit words of the machine's order into 64 bits (no carry is lost below 2^32 words); the
  // sum is byte-order independent up to a final swap (RFC 1071 section 2).
  uint64_t sum = 0;
  const uint8_t* p = bytes.data();
  size_t n = bytes.size();
  for (; n >= 4; p += 4, n -= 4) {
    uint32_t word = 0;
    std::memcpy(&word, p, 4);
    sum += word;
  }
  if (n > 0) {
    uint32_t tail = 0;
    std::memcpy(&tail, p, n);
    sum += tail;
  }
  const uint16_t folded = fold(sum);
  if constexpr (std::endian::native == std::endian::little) {
    return static_cast<uint16_t>(folded << 8U | folded >> 8U);
  }
  return folded;
}

void fix_ip_checksum(MutableBytes frame, const ParsedFrame& parsed) {
  if (parsed.key.source.is_v6()) {
    return;
  }
  uint8_t* field = &frame[parsed.l3 + 10U];
  store_be16(field, 0);
  const uint16_t sum = internet_sum(frame.subspan(parsed.l3, parsed.l4 - parsed.l3));
  store_be16(field, static_cast<uint16_t>(~sum));
}

bool ip_checksum_is_right(Bytes frame, const ParsedFrame& parsed) {
  return parsed.key.source.is_v6() ||
         internet_sum(frame.subspan(parsed.l3, parsed.l4 - parsed.l3)) == 0xffff;
}

bool transport_checksum_is_right(Bytes frame, const ParsedFrame& parsed) {
  if (parsed.key.protocol == kUdp && load_be16(&frame[parsed.l4 + 6U]) == 0) {
    return true;
  }
  const uint16_t body = internet_sum(frame.subspan(parsed.l4, transport_length(parsed)));
  return fold(uint64_t{body} + pseudo_header_sum(frame, parsed)) == 0xffff;
}

void leave_checksum_to_port(WireFrame& frame, const ParsedFrame& parsed) {
  frame.checksum = Checksum::kPartial;
  frame.checksum_start = parsed.l4;
  frame.checksum_offset = checksum_offset(parsed);
  store_be16(&frame.bytes[parsed.l4 + frame.checksum_offset],
             pseudo_header_sum(frame.bytes, parsed));
}

void complete_checksum(WireFrame& frame) {
  // The field holds the pseudo-header's sum, so summing over it adds that.
  auto value = static_cast<uint16_t>(~internet_sum(frame.bytes.subspan(frame.checksum_start)));
  if (value == 0) {
    value = 0xffff;  // the same number; zero would tell UDP that there is no checksum
  }
  store_be16(&frame.bytes[frame.checksum_start + size_t{frame.checksum_offset}], value);
  frame.checksum = Checksum::kComplete;
}

}  // namespace vitrine::card::soft
