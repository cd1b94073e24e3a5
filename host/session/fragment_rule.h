// What happens to IP packets that the card cannot classify: fragments and IPv6 extension headers.
//
// TCP in them could slip past inspection, and UDP to port 443 past the rule that blocks QUIC, so
// both are dropped; everything else is let through.
//
// A port shows in the first fragment only, but that decides for all: without it no datagram can be
// put together again, and no other fragment can bring a UDP header, since its eight bytes are one
// fragment unit.
#pragma once

#include "host/base/bytes.h"

namespace vitrine::session {

// True where the frame may pass: its transport protocol is known and is not TCP nor, where
// `block_quic`, UDP to port 443. Frames that do not parse may not. IPv4 (RFC 791), IPv6 extension
// headers (RFC 8200 section 4).
bool may_pass_unclassified(Bytes frame, bool block_quic);

}  // namespace vitrine::session
