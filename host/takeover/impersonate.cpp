// Order matters to the kernel: addresses and sequence numbers before connect(), options and windows
// after it, timestamp last.
#include "host/takeover/impersonate.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <linux/in6.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace vitrine::takeover {
namespace {

constexpr int kNone = TCP_NO_QUEUE;
constexpr int kSend = TCP_SEND_QUEUE;
constexpr int kReceive = TCP_RECV_QUEUE;

constexpr uint32_t kOptionMss = 2;
constexpr uint32_t kOptionWindow = 3;
constexpr uint32_t kOptionSack = 4;
constexpr uint32_t kOptionTimestamp = 8;

// A chain of setsockopt() calls that stops at the first failure.
class Options {
 public:
  explicit Options(int fd) : fd_(fd) {}

  Options& set(int level, int name, const void* value, socklen_t size, const char* what) {
    if (status_ && ::setsockopt(fd_, level, name, value, size) < 0) {
      status_ = Status::from_errno(what, errno);
    }
    return *this;
  }
  template <typename T>
  Options& set(int level, int name, T value, const char* what) {
    return set(level, name, &value, sizeof value, what);
  }
  const Status& status() const { return status_; }

 private:
  int fd_;
  Status status_;
};

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  explicit Address(const Endpoint& endpoint) {
    if (endpoint.address.is_v6()) {
      sockaddr_in6 in6{};
      in6.sin6_family = AF_INET6;
      in6.sin6_port = htons(endpoint.port);
      std::memcpy(&in6.sin6_addr, endpoint.address.bytes.data(), 16);
      std::memcpy(&storage, &in6, sizeof in6);
      size = sizeof in6;
    } else {
      sockaddr_in in{};
      in.sin_family = AF_INET;
      in.sin_port = htons(endpoint.port);
      std::memcpy(&in.sin_addr, endpoint.address.bytes.data(), 4);
      std::memcpy(&storage, &in, sizeof in);
      size = sizeof in;
    }
  }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

Status place(int fd, const SocketState& state) {
  const bool v6 = state.local.address.is_v6();
  Options options(fd);
  options.set(v6 ? SOL_IPV6 : SOL_IP, v6 ? IPV6_TRANSPARENT : IP_TRANSPARENT, 1, "IP_TRANSPARENT")
      .set(SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR")
      .set(IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_ON, "TCP_REPAIR");
  if (!options.status()) {
    return options.status();
  }
  const Address local(state.local);
  if (::bind(fd, local.get(), local.size) < 0) {
    return Status::from_errno("bind to an impersonated address", errno);
  }
  options.set(IPPROTO_TCP, TCP_REPAIR_QUEUE, kSend, "TCP_REPAIR_QUEUE")
      .set(IPPROTO_TCP, TCP_QUEUE_SEQ, state.send_sequence, "TCP_QUEUE_SEQ")
      .set(IPPROTO_TCP, TCP_REPAIR_QUEUE, kReceive, "TCP_REPAIR_QUEUE")
      .set(IPPROTO_TCP, TCP_QUEUE_SEQ, state.receive_sequence, "TCP_QUEUE_SEQ")
      .set(IPPROTO_TCP, TCP_REPAIR_QUEUE, kNone, "TCP_REPAIR_QUEUE");
  if (!options.status()) {
    return options.status();
  }
  const Address remote(state.remote);
  if (::connect(fd, remote.get(), remote.size) < 0) {
    return errno == EADDRNOTAVAIL ? Status(Code::kAlreadyExists, "four-tuple is in use")
                                  : Status::from_errno("connect in repair mode", errno);
  }
  return Status::ok();
}

Status restore_options(int fd, const SocketState& state) {
  tcp_repair_opt list[4];
  uint32_t count = 0;
  list[count++] = {kOptionMss, state.mss};
  if (state.window_scaling) {
    list[count++] = {kOptionWindow, static_cast<uint32_t>(state.send_scale) |
                                        static_cast<uint32_t>(state.receive_scale) << 16};
  }
  if (state.sack) {
    list[count++] = {kOptionSack, 0};
  }
  if (state.timestamps) {
    list[count++] = {kOptionTimestamp, 0};
  }
  const auto window = static_cast<int>(state.receive_window);
  Options options(fd);
  options
      .set(IPPROTO_TCP, TCP_REPAIR_OPTIONS, list, count * sizeof list[0], "TCP_REPAIR_OPTIONS")
      // Four times: room for the kernel's bookkeeping of small segments.
      .set(SOL_SOCKET, SO_RCVBUFFORCE, window * 4, "SO_RCVBUFFORCE")
      .set(IPPROTO_TCP, TCP_WINDOW_CLAMP, window, "TCP_WINDOW_CLAMP");
  tcp_repair_window windows{};
  windows.snd_wl1 = state.receive_sequence;
  windows.snd_wnd = state.send_window;
  windows.max_window = state.send_window;
  windows.rcv_wnd = state.receive_window;
  windows.rcv_wup = state.receive_sequence;
  options.set(IPPROTO_TCP, TCP_REPAIR_WINDOW, windows, "TCP_REPAIR_WINDOW");
  if (state.timestamps) {
    options.set(IPPROTO_TCP, TCP_TIMESTAMP, state.timestamp, "TCP_TIMESTAMP");
  }
  return options.set(IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_OFF_NO_WP, "TCP_REPAIR off")
      .set(IPPROTO_TCP, TCP_NODELAY, 1, "TCP_NODELAY")
      .set(IPPROTO_TCP, TCP_QUICKACK, 1, "TCP_QUICKACK")
      .status();
}

}  // namespace

Result<UniqueFd> impersonate(const SocketState& state) {
  const int family = state.local.address.is_v6() ? AF_INET6 : AF_INET;
  UniqueFd fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) {
    return Status::from_errno("socket", errno);
  }
  Status status = place(fd.get(), state);
  if (status) {
    status = restore_options(fd.get(), state);
  }
  if (!status) {
    return status;
  }
  return fd;
}

void widen_window(int fd) {
  constexpr int kWide = 1 << 20;
  Options(fd)
      .set(SOL_SOCKET, SO_RCVBUFFORCE, 2 * kWide, "SO_RCVBUFFORCE")
      .set(IPPROTO_TCP, TCP_WINDOW_CLAMP, kWide, "TCP_WINDOW_CLAMP");
}

}  // namespace vitrine::takeover
