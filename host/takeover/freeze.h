// Freezes an impersonating socket (TCP_REPAIR), reads where it stands, thaws it or closes it
// without a word.
//
// TCP_REPAIR does not stop reception: the caller lets no packet in between. REQUIRES: the thread of
// takeover::Stack.
#pragma once

#include <cstdint>

#include "host/base/status.h"
#include "host/base/unique_fd.h"

namespace vitrine::takeover {

struct SocketPosition {
  uint32_t send_sequence = 0;     // next byte to send; all before it is acknowledged
  uint32_t receive_sequence = 0;  // next byte to receive
  uint32_t send_window = 0;       // bytes that the real end takes
  uint32_t receive_window = 0;    // bytes that the socket has promised to take
  uint32_t timestamp = 0;         // TSval now
};

// What can be asked of a live socket.
struct SocketQueues {
  uint32_t received = 0;  // bytes taken in order since the takeover (a FIN counts one)
  uint32_t unread = 0;    // of these, not yet read
  uint32_t unsent = 0;    // bytes written and not yet acknowledged (a FIN counts one)
  bool established = false;
};

Result<SocketQueues> queues(int fd);
// On success the socket is frozen; on failure it is not.
Result<SocketPosition> freeze(int fd);
Status thaw(int fd);
// No FIN, no RST, whatever the state. The fd is closed.
void close_silently(UniqueFd& fd);

}  // namespace vitrine::takeover
