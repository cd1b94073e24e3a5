// The Internet checksum (RFC 1071), whole and for transports over IPv4 and IPv6 (RFC 9293 section
// 3.1, RFC 8200 section 8.1).
//
// Sums are of 16-bit big-endian words in host integers. Pure.
#pragma once

#include <cstddef>
#include <cstdint>

#include "host/base/bytes.h"

namespace vitrine {

// One's complement sum, folded to 16 bits, not inverted. An odd last byte counts as a high byte.
uint16_t ones_sum(Bytes bytes, uint32_t initial = 0);

// Sum of the pseudo header of an IP packet's transport segment of `size` bytes, not inverted.
// REQUIRES: a whole IPv4 or IPv6 header.
uint16_t pseudo_header_sum(Bytes ip_header, uint8_t protocol, size_t size);

// Writes the checksum of an IPv4 header; nothing for IPv6. REQUIRES: the whole header.
void write_ip_checksum(MutableBytes ip_header);

// Writes the IPv4 header checksum and the TCP checksum of a whole IP packet.
// REQUIRES: a well-formed packet; `tcp_offset` counts from the IP header.
void write_checksums(MutableBytes ip_packet, size_t tcp_offset);

// A checksum field after one 16-bit word under it has changed (RFC 1624, equation 3).
uint16_t moved_checksum(uint16_t field, uint16_t old_word, uint16_t new_word);

}  // namespace vitrine
