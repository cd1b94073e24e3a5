// TCP and UDP headers as bytes: where fields are, flags and option kinds.
//
// RFC 9293 section 3.1, RFC 7323, RFC 2018, RFC 768. Offsets are from the header's first byte;
// fields are big endian.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vitrine {

constexpr size_t kSourcePort = 0;  // the same in UDP
constexpr size_t kDestinationPort = 2;

constexpr size_t kTcpHeader = 20;  // without options
constexpr size_t kTcpSequence = 4;
constexpr size_t kTcpAcknowledgement = 8;
constexpr size_t kTcpDataOffset = 12;
constexpr size_t kTcpFlags = 13;
constexpr size_t kTcpWindow = 14;
constexpr size_t kTcpChecksum = 16;
constexpr size_t kTcpUrgentPointer = 18;

enum TcpFlag : uint8_t {
  kFin = 0x01,
  kSyn = 0x02,
  kRst = 0x04,
  kPsh = 0x08,
  kAck = 0x10,
  kUrg = 0x20,
};
constexpr uint8_t kTcpFlagMask = 0x3f;  // those above
constexpr uint8_t kTcpCwr = 0x80;       // RFC 3168

constexpr uint8_t kTcpOptionEnd = 0;
constexpr uint8_t kTcpOptionNop = 1;
constexpr uint8_t kTcpOptionMss = 2;
constexpr uint8_t kTcpOptionWindowScale = 3;
constexpr uint8_t kTcpOptionSackPermitted = 4;
constexpr uint8_t kTcpOptionSack = 5;
constexpr uint8_t kTcpOptionTimestamps = 8;
constexpr uint8_t kTcpOptionMd5 = 19;             // RFC 2385
constexpr uint8_t kTcpOptionAuthentication = 29;  // RFC 5925
constexpr uint8_t kTcpOptionMultipath = 30;       // RFC 8684
constexpr uint8_t kTcpOptionFastOpen = 34;        // RFC 7413
constexpr uint8_t kTcpOptionTest1 = 253;          // Fast Open before it had a number (RFC 6994)
constexpr uint8_t kTcpOptionTest2 = 254;
constexpr size_t kTcpTimestampsSize = 10;  // kind, length, value, echo
constexpr size_t kTcpSackBlockSize = 8;

// Bytes of a TCP header with its options, by the byte at kTcpDataOffset.
constexpr size_t tcp_header_size(uint8_t data_offset) { return (data_offset >> 4U) * size_t{4}; }

constexpr size_t kUdpHeader = 8;
constexpr size_t kUdpLength = 4;  // of header and payload
constexpr size_t kUdpChecksum = 6;

}  // namespace vitrine
