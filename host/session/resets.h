// Resets for ends whose connection the host does not hold in a socket: openings, failed splices,
// packets of unknown connections. RFC 9293 section 3.5.2.
#pragma once

#include <cstdint>
#include <vector>

#include "host/session/flow.h"
#include "host/wire/opening.h"
#include "host/wire/tcp_packet.h"

namespace vitrine::session {

struct ResetFrame {
  card::Port port;  // egress
  std::vector<uint8_t> frame;
};

// The answer to a segment of a connection that must not go on; nothing for a RST, or for one that
// acknowledges nothing and would need a guess. Goes back where the segment came from.
std::vector<ResetFrame> reset_sender(const wire::TcpPacket& packet);
// Both ends of a connection that has not been taken over.
std::vector<ResetFrame> reset_opening(const wire::Opening& opening, uint32_t client_next_sequence);
// Both ends of a spliced connection, from its last statistics. An end believes a reset at exactly
// its next byte (RFC 5961 section 3.2): that is the last one let through to it or, where that was
// lost, the last one that it acknowledged; it is reset at both.
std::vector<ResetFrame> reset_spliced(const FlowFacts& facts, const card::FlowStats& stats);

}  // namespace vitrine::session
