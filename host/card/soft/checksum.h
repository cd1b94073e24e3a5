// Checksums of frames: verified, completed, or left to the port that sends (host/base/checksum.h
// sums).
//
// Any thread.
#pragma once

#include "host/base/bytes.h"
#include "host/card/soft/parsed_frame.h"
#include "host/card/soft/wire_port.h"

namespace vitrine::card::soft {

// REQUIRES (all below): `parsed` is the frame's, of kind kTcp, or kOtherIp with protocol UDP.

// Rewrites the IPv4 header checksum; nothing to do for IPv6.
void fix_ip_checksum(MutableBytes frame, const ParsedFrame& parsed);
bool ip_checksum_is_right(Bytes frame, const ParsedFrame& parsed);
// Of the whole transport segment. A UDP checksum of zero (none, RFC 768) is right.
bool transport_checksum_is_right(Bytes frame, const ParsedFrame& parsed);

// Writes the pseudo-header's sum and leaves the rest to the sending port; the state becomes
// kPartial.
void leave_checksum_to_port(WireFrame& frame, const ParsedFrame& parsed);
// Does what the sending port would: any protocol; the state becomes kComplete.
// REQUIRES: kPartial, and the field within the frame.
void complete_checksum(WireFrame& frame);

}  // namespace vitrine::card::soft
