// The kernel's TCP in a network namespace of its own, reached through a TUN device.
//
// create() moves the *calling thread* into a new network namespace, for good: sockets that this
// thread makes afterwards live there, and nothing else of the machine can reach them. There every
// packet that comes in by the TUN device is local, whatever its address, and every route leads out
// of it. Threads: one, the one that called create(). Sockets opened before stay where they were.
// Segments leave as large as the kernel likes (TSO): a packet carries its segment size.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "host/base/bytes.h"
#include "host/base/status.h"
#include "host/base/unique_fd.h"

namespace vitrine::takeover {

struct StackPacket {
  Bytes ip;  // whole, checksums complete; valid during the call
  uint16_t segment_size = 0;
};

class Stack {
 public:
  // REQUIRES: CAP_SYS_ADMIN and CAP_NET_ADMIN, needed only now; /dev/net/tun.
  static Result<std::unique_ptr<Stack>> create();

  // Readable when read() has something. Owned by the stack.
  int fd() const { return tun_.get(); }
  // Gives an IP packet to the kernel, which has acted on it when this returns. A failure is a lost
  // packet.
  Status write(Bytes ip_packet);
  // Hands out at most `budget` packets that the kernel sends; returns how many. Never blocks.
  size_t read(const std::function<void(const StackPacket&)>& handler, size_t budget);

 private:
  explicit Stack(UniqueFd tun);

  UniqueFd tun_;
  std::vector<uint8_t> buffer_;
};

}  // namespace vitrine::takeover
