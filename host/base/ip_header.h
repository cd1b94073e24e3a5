// IPv4 and IPv6 headers as bytes: where fields are, and the protocol numbers that are told apart.
//
// RFC 791 section 3.1, RFC 8200 sections 3 and 4. Offsets are from the header's first byte; fields
// are big endian.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vitrine {

constexpr size_t kIpv4Header = 20;         // without options
constexpr size_t kIpv4TotalLength = 2;     // of header and payload
constexpr size_t kIpv4Identification = 4;  // one more in each segment of a coalesced frame
constexpr size_t kIpv4Fragment = 6;
constexpr size_t kIpv4Protocol = 9;
constexpr size_t kIpv4Checksum = 10;
constexpr size_t kIpv4Source = 12;
constexpr size_t kIpv4Destination = 16;
constexpr size_t kIpv4AddressSize = 4;
// More-fragments flag or a fragment offset.
constexpr uint16_t kIpv4IsFragment = 0x3fff;

constexpr size_t kIpv6Header = 40;
constexpr size_t kIpv6PayloadLength = 4;  // of what follows the header
constexpr size_t kIpv6NextHeader = 6;
constexpr size_t kIpv6Source = 8;
constexpr size_t kIpv6Destination = 24;
constexpr size_t kIpv6AddressSize = 16;
constexpr size_t kIpv6FragmentHeader = 8;

constexpr uint8_t kProtocolTcp = 6;
constexpr uint8_t kProtocolUdp = 17;

// Extension headers by their numbers (IANA).
constexpr uint8_t kExtensionHopByHop = 0;
constexpr uint8_t kExtensionRouting = 43;
constexpr uint8_t kExtensionFragment = 44;
constexpr uint8_t kExtensionAuthentication = 51;
constexpr uint8_t kExtensionDestination = 60;
constexpr uint8_t kExtensionMobility = 135;
constexpr uint8_t kExtensionHip = 139;
constexpr uint8_t kExtensionShim6 = 140;
constexpr uint8_t kExtensionTest1 = 253;  // for experiments (RFC 3692)
constexpr uint8_t kExtensionTest2 = 254;

constexpr uint8_t ip_version(uint8_t first_byte) { return first_byte >> 4; }
// Bytes of an IPv4 header with its options, by its first byte.
constexpr size_t ipv4_header_size(uint8_t first_byte) { return (first_byte & 0x0fU) * size_t{4}; }

// A header behind which a transport may hide. ESP (50) and "no next header" (59) end the chain as
// other protocols do.
constexpr bool is_extension_header(uint8_t next_header) {
  switch (next_header) {
    case kExtensionHopByHop:
    case kExtensionRouting:
    case kExtensionFragment:
    case kExtensionAuthentication:
    case kExtensionDestination:
    case kExtensionMobility:
    case kExtensionHip:
    case kExtensionShim6:
    case kExtensionTest1:
    case kExtensionTest2:
      return true;
    default:
      return false;
  }
}

}  // namespace vitrine
