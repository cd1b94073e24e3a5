// A TCP segment in an Ethernet frame: parsed into numbers and views, nothing copied.
//
// Accepts Ethernet II with at most two VLAN tags, IPv4 (options allowed, no fragments) or IPv6
// without extension headers, TCP (RFC 9293). Everything else is an error, never a crash: frames are
// untrusted. Padding after the IP packet is left out. Views live as long as the frame.
// Sequence numbers, windows and ports are host integers; compare sequence numbers with
// seq_before().
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "host/base/bytes.h"
#include "host/base/status.h"
#include "host/base/tcp_header.h"
#include "host/card/types.h"

namespace vitrine::wire {

// a is before b on the circle of 32-bit sequence numbers (RFC 9293 section 3.4).
constexpr bool seq_before(uint32_t a, uint32_t b) { return static_cast<int32_t>(a - b) < 0; }
constexpr bool seq_after(uint32_t a, uint32_t b) { return seq_before(b, a); }
constexpr uint32_t seq_max(uint32_t a, uint32_t b) { return seq_before(a, b) ? b : a; }
constexpr uint32_t seq_min(uint32_t a, uint32_t b) { return seq_before(a, b) ? a : b; }

// The flags by this room's name too.
using enum TcpFlag;

struct TcpTimestamps {  // RFC 7323
  uint32_t value = 0;
  uint32_t echo = 0;
  auto operator<=>(const TcpTimestamps&) const = default;
};

struct SackBlock {  // RFC 2018
  uint32_t begin = 0;
  uint32_t end = 0;
  auto operator<=>(const SackBlock&) const = default;
};

struct TcpOptions {
  std::optional<uint16_t> mss;
  std::optional<uint8_t> window_scale;  // at most 14
  bool sack_permitted = false;
  std::optional<TcpTimestamps> timestamps;
  std::array<SackBlock, 4> sack{};
  uint8_t sack_blocks = 0;
  bool multipath = false;      // 30: stripped from SYNs
  bool fast_open = false;      // 34, or experimental 253, 254: stripped from SYNs
  bool authenticated = false;  // 19 (MD5) or 29 (TCP-AO): such a connection cannot be inspected
};

struct TcpPacket {
  Bytes frame;            // to the end of the IP packet, without Ethernet padding
  size_t ip_offset = 0;   // = size of the link header
  size_t tcp_offset = 0;  // from the frame's start
  card::FlowKey key;      // as received by the port that was given
  uint32_t sequence = 0;
  uint32_t acknowledgement = 0;  // meaningless without kAck
  uint8_t flags = 0;
  uint16_t window = 0;  // as in the header, not scaled
  TcpOptions options;
  Bytes payload;

  bool has(TcpFlag flag) const { return (flags & flag) != 0; }
  Bytes link() const { return frame.first(ip_offset); }
  Bytes ip() const { return frame.subspan(ip_offset); }
  Bytes tcp() const { return frame.subspan(tcp_offset); }
  bool is_v6() const { return key.source.is_v6(); }
  // Sequence numbers taken: payload, SYN and FIN.
  uint32_t length() const {
    return static_cast<uint32_t>(payload.size()) + (has(kSyn) ? 1 : 0) + (has(kFin) ? 1 : 0);
  }
  uint32_t end() const { return sequence + length(); }
};

// kMalformed: truncated or inconsistent; kUnsupported: whole, but not a TCP segment of the accepted
// kind. Checksums are not looked at.
Result<TcpPacket> parse_frame(Bytes frame, card::Port ingress);
// The same for a bare IP packet (from the kernel); the key's ingress and VLAN are as given.
Result<TcpPacket> parse_ip(Bytes ip_packet, card::Port ingress);

// Whether the IPv4 header checksum and the TCP checksum are right.
bool checksums_are_right(const TcpPacket& packet);

}  // namespace vitrine::wire
