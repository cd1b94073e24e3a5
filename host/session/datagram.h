// Addresses, protocol and ports of an IP packet that is no plain TCP segment.
//
// Frames are untrusted. Ethernet II with at most two VLAN tags, IPv4 with options, IPv6 with
// extension headers, first and later fragments.
#pragma once

#include <optional>

#include "host/base/bytes.h"
#include "host/card/types.h"

namespace vitrine::session {

struct Datagram {
  card::FlowKey key;      // ports: TCP and UDP alone, and 0 where they are not here
  bool has_ports = true;  // they are here; always true for protocols that have none
};

// Nullopt where it is not IP, is cut short, or hides its transport header: behind headers that
// another fragment could write over, or that say nothing of what follows.
std::optional<Datagram> parse_datagram(Bytes frame, card::Port ingress);

}  // namespace vitrine::session
