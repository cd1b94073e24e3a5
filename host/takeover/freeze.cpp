#include "host/takeover/freeze.h"

#include <cerrno>

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace vitrine::takeover {
namespace {

Status set(int fd, int name, int value, const char* what) {
  if (::setsockopt(fd, IPPROTO_TCP, name, &value, sizeof value) < 0) {
    return Status::from_errno(what, errno);
  }
  return Status::ok();
}

template <typename T>
Status get(int fd, int name, T& value, const char* what) {
  socklen_t size = sizeof value;
  if (::getsockopt(fd, IPPROTO_TCP, name, &value, &size) < 0) {
    return Status::from_errno(what, errno);
  }
  return Status::ok();
}

Status read_sequence(int fd, int queue, uint32_t& sequence) {
  Status status = set(fd, TCP_REPAIR_QUEUE, queue, "TCP_REPAIR_QUEUE");
  return status ? get(fd, TCP_QUEUE_SEQ, sequence, "TCP_QUEUE_SEQ") : status;
}

Status read_position(int fd, SocketPosition& position) {
  Status status = read_sequence(fd, TCP_SEND_QUEUE, position.send_sequence);
  if (status) {
    status = read_sequence(fd, TCP_RECV_QUEUE, position.receive_sequence);
  }
  tcp_repair_window windows{};
  if (status) {
    status = get(fd, TCP_REPAIR_WINDOW, windows, "TCP_REPAIR_WINDOW");
  }
  if (status) {
    status = get(fd, TCP_TIMESTAMP, position.timestamp, "TCP_TIMESTAMP");
  }
  position.send_window = windows.snd_wnd;
  // What is left of the promise that was made when rcv_wup was acknowledged.
  position.receive_window = windows.rcv_wup + windows.rcv_wnd - position.receive_sequence;
  return status;
}

}  // namespace

Result<SocketQueues> queues(int fd) {
  tcp_info info{};
  int unread = 0;
  int unsent = 0;
  if (Status status = get(fd, TCP_INFO, info, "TCP_INFO"); !status) {
    return status;
  }
  SocketQueues queues;
  queues.established = info.tcpi_state == 1;  // TCP_ESTABLISHED
  queues.received = static_cast<uint32_t>(info.tcpi_bytes_received);
  if (!queues.established) {
    return queues;
  }
  if (::ioctl(fd, SIOCINQ, &unread) < 0 || ::ioctl(fd, SIOCOUTQ, &unsent) < 0) {
    return Status::from_errno("socket queues", errno);
  }
  queues.unread = static_cast<uint32_t>(unread);
  queues.unsent = static_cast<uint32_t>(unsent);
  return queues;
}

Result<SocketPosition> freeze(int fd) {
  if (Status status = set(fd, TCP_REPAIR, TCP_REPAIR_ON, "TCP_REPAIR"); !status) {
    return status;
  }
  SocketPosition position;
  if (Status status = read_position(fd, position); !status) {
    (void)thaw(fd);
    return status;
  }
  return position;
}

Status thaw(int fd) {
  Status status = set(fd, TCP_REPAIR_QUEUE, TCP_NO_QUEUE, "TCP_REPAIR_QUEUE");
  // Without a window probe: nothing of this is for the wire.
  Status off = set(fd, TCP_REPAIR, TCP_REPAIR_OFF_NO_WP, "TCP_REPAIR off");
  return status ? off : status;
}

void close_silently(UniqueFd& fd) {
  if (fd.valid()) {
    // Fails only where the socket is closed already, and then close() is silent too.
    (void)set(fd.get(), TCP_REPAIR, TCP_REPAIR_ON, "TCP_REPAIR");
    fd.reset();
  }
}

}  // namespace vitrine::takeover
