// What happens to IP packets that the card cannot classify: fragments and IPv6 extension headers.
//
// TCP in them could slip past inspection, so it is dropped; everything else is let through.
#pragma once

#include "host/base/bytes.h"

namespace vitrine::session {

// True where the frame may pass: its transport protocol is known and is not TCP. Frames that do not
// parse may not. IPv4 (RFC 791), IPv6 extension headers (RFC 8200 section 4).
bool may_pass_unclassified(Bytes frame);

}  // namespace vitrine::session
