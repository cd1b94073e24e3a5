// Finds the headers of a frame: Ethernet II, up to two VLAN tags (IEEE 802.1Q), IPv4 (RFC 791) or
// IPv6 (RFC 8200), TCP (RFC 9293) with its options, UDP (RFC 768).
//
// Untrusted input; every offset that comes out lies within the frame. Keeps nothing, any thread.
#pragma once

#include "host/base/bytes.h"
#include "host/card/soft/parsed_frame.h"

namespace vitrine::card::soft {

enum class FrameKind : uint8_t {
  kTcp,
  kOtherIp,          // UDP and everything else over IP; ports are 0 where the protocol has none
  kNotIp,            // ARP and the like, also more than two VLAN tags; the key's IP version is 0
  kFragment,         // any fragment, the first one too: addresses and protocol only
  kExtensionHeader,  // IPv6: addresses only, the protocol is 0
  kMalformed,        // nothing of `parsed` may be used
};

FrameKind parse_frame(Bytes frame, Port ingress, ParsedFrame& parsed);

}  // namespace vitrine::card::soft
