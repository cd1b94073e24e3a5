// Makes TCP frames and edits them: acknowledgements, resets, data, cut pieces, cleaned SYNs.
//
// Every result is a whole Ethernet frame with right lengths and checksums, owned by the caller.
// Directions: a frame is built for the direction in which it travels; `link` is the template
// learned from that direction's frames.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "host/base/net.h"
#include "host/wire/link.h"
#include "host/wire/tcp_packet.h"

namespace vitrine::wire {

struct Segment {
  Endpoint source;
  Endpoint destination;
  uint32_t sequence = 0;
  uint32_t acknowledgement = 0;
  uint8_t flags = kAck;
  uint16_t window = 0;  // as in the header, already scaled down
  std::optional<TcpTimestamps> timestamps;
  Bytes payload;  // REQUIRES: fits one IP packet of 65535 bytes
};

std::vector<uint8_t> build_frame(const LinkTemplate& link, const Segment& segment);

// The part of a segment that covers payload bytes [from, to): header copied, sequence moved,
// lengths and checksums rebuilt; FIN stays only where `to` is the payload's end and keep_fin says
// so, PSH where `to` is the payload's end. REQUIRES: from <= to <= payload size.
std::vector<uint8_t> cut_frame(const TcpPacket& packet, size_t from, size_t to,
                               bool keep_fin = true);

// The segment's bare acknowledgement: no payload, no FIN, PSH or URG, the given sequence number.
std::vector<uint8_t> ack_only(const TcpPacket& packet, uint32_t sequence);

// A SYN or SYN-ACK without what a splice cannot carry: MPTCP and fast-open options become NOPs, a
// payload is cut off. nullopt where nothing had to change.
std::optional<std::vector<uint8_t>> clean_syn(const TcpPacket& packet);

// What finish() refreshes in a held frame before the card sees it.
struct Refresh {
  uint32_t acknowledgement = 0;
  uint16_t window = 0;          // as in the header
  uint32_t timestamp_echo = 0;  // where the segment has timestamps
  size_t payload_from = 0;      // payload bytes [from, to) are kept, as cut_frame does
  size_t payload_to = 0;
};
// The segment with newer acknowledgement, window and TSecr, and its SACK blocks made NOPs.
std::vector<uint8_t> refresh_frame(const TcpPacket& packet, const Refresh& refresh);

}  // namespace vitrine::wire
