// A kernel TCP socket that is one end of a connection which other machines opened (TCP_REPAIR).
//
// Nothing goes over the wire: the socket is established at once, at the given sequence numbers. It
// advertises at most `receive_window`, so that a later handover never shrinks the window that the
// other end was promised. REQUIRES: CAP_NET_ADMIN, the thread of takeover::Stack.
#pragma once

#include <cstdint>

#include "host/base/net.h"
#include "host/base/status.h"
#include "host/base/unique_fd.h"

namespace vitrine::takeover {

struct SocketState {
  Endpoint local;                 // whom the socket impersonates
  Endpoint remote;                // the real end that it talks to
  uint32_t send_sequence = 0;     // next byte to send
  uint32_t receive_sequence = 0;  // next byte to receive
  uint16_t mss = 0;               // largest payload that the real end takes
  bool window_scaling = false;
  uint8_t send_scale = 0;     // of windows that the real end sends
  uint8_t receive_scale = 0;  // of windows that the impersonated end sends
  bool sack = false;
  bool timestamps = false;
  uint32_t timestamp = 0;         // TSval starts here: just above the impersonated end's last
  uint32_t timestamp_recent = 0;  // last TSval of the real end (informative)
  uint32_t send_window = 0;       // bytes that the real end takes now
  uint32_t receive_window = 0;    // most that may be advertised
};

// A non-blocking socket, TCP_NODELAY. kAlreadyExists or kUnavailable where the four-tuple is taken.
Result<UniqueFd> impersonate(const SocketState& state);

// Lets the receive window grow again, for a connection that stays on the host.
void widen_window(int fd);

}  // namespace vitrine::takeover
