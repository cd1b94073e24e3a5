// Events to test with: the two classic aborts, in both address families.
#pragma once

#include "host/events/event.h"

namespace vitrine::events {

// 2014-02-05 05:21:42,189
inline constexpr int64_t kSampleTime = 1391577702189;

// The server refuses every cipher: 179 bytes sent, 7 received.
Event refused_event();
// The server's certificate is self-signed; IPv6.
Event untrusted_event();

}  // namespace vitrine::events
