#include "tests/takeover/peers.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace vitrine::test {
namespace {

// Byte `at` of a stream; distinct streams by seed, long period.
uint8_t stream_byte(uint8_t seed, size_t at) {
  return static_cast<uint8_t>((at * 2654435761U >> 13) ^ at ^ seed * 37U);
}

sockaddr_storage address_of(bool v6, const char* v4_text, const char* v6_text, uint16_t port,
                            socklen_t& size) {
  sockaddr_storage storage{};
  if (v6) {
    sockaddr_in6 in6{};
    in6.sin6_family = AF_INET6;
    in6.sin6_port = htons(port);
    inet_pton(AF_INET6, v6_text, &in6.sin6_addr);
    std::memcpy(&storage, &in6, sizeof in6);
    size = sizeof in6;
  } else {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    inet_pton(AF_INET, v4_text, &in.sin_addr);
    std::memcpy(&storage, &in, sizeof in);
    size = sizeof in;
  }
  return storage;
}

// One end's progress through its transfer.
class Progress {
 public:
  Progress(int fd, const Transfer& transfer) : fd_(fd), transfer_(transfer) {}

  bool sending() const { return sent_ < transfer_.hello_out + transfer_.bytes_out; }
  bool receiving() const { return got_ < transfer_.hello_in + transfer_.bytes_in; }
  // The stream starts when the other's hello is here.
  bool may_send() const {
    const bool hello = transfer_.speaks_first && sent_ < transfer_.hello_out;
    return sending() && (hello || got_ >= transfer_.hello_in);
  }
  std::string send_some() {
    uint8_t buffer[16384];
    const size_t limit = sent_ < transfer_.hello_out ? transfer_.hello_out
                                                     : transfer_.hello_out + transfer_.bytes_out;
    const size_t size = std::min(sizeof buffer, limit - sent_);
    for (size_t i = 0; i < size; ++i) {
      buffer[i] = stream_byte(transfer_.seed_out, sent_ + i - transfer_.hello_out);
    }
    const ssize_t n = send(fd_, buffer, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno != EAGAIN) {
      return std::string("send: ") + std::strerror(errno);
    }
    sent_ += n > 0 ? static_cast<size_t>(n) : 0;
    return "";
  }
  std::string receive_some() {
    uint8_t buffer[65536];
    const ssize_t n = recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
    if (n < 0) {
      return errno == EAGAIN ? "" : std::string("recv: ") + std::strerror(errno);
    }
    if (n == 0) {
      return "end of stream after " + std::to_string(got_);
    }
    for (size_t i = 0; i < static_cast<size_t>(n); ++i, ++got_) {
      if (got_ >= transfer_.hello_in &&
          buffer[i] != stream_byte(transfer_.seed_in, got_ - transfer_.hello_in)) {
        return "byte " + std::to_string(got_) + " differs";
      }
    }
    return receiving() || got_ == transfer_.hello_in + transfer_.bytes_in ? "" : "too many bytes";
  }

 private:
  int fd_;
  Transfer transfer_;
  size_t sent_ = 0;
  size_t got_ = 0;
};

}  // namespace

UniqueFd listen_on_server(bool v6) {
  UniqueFd fd(socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  socklen_t size = 0;
  const sockaddr_storage address = address_of(v6, "10.9.0.2", "fd09::2", 443, size);
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      listen(fd.get(), 64) != 0) {
    return {};
  }
  return fd;
}

UniqueFd accept_one(int listener) {
  pollfd ready{listener, POLLIN, 0};
  return poll(&ready, 1, 10'000) == 1 ? UniqueFd(accept(listener, nullptr, nullptr)) : UniqueFd();
}

UniqueFd connect_from_client(bool v6, uint16_t port) {
  UniqueFd fd(socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  socklen_t size = 0;
  sockaddr_storage address{};
  if (port != 0) {
    address = address_of(v6, "10.9.0.1", "fd09::1", port, size);
    if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) {
      return {};
    }
  }
  address = address_of(v6, "10.9.0.2", "fd09::2", 443, size);
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) {
    return {};
  }
  return fd;
}

std::string run_transfer(int fd, const Transfer& transfer) {
  Progress progress(fd, transfer);
  while (progress.sending() || progress.receiving()) {
    pollfd ready{fd, static_cast<short>(POLLIN | (progress.may_send() ? POLLOUT : 0)), 0};
    if (poll(&ready, 1, 30'000) <= 0) {
      return "nothing moved for 30 s";
    }
    std::string wrong;
    if ((ready.revents & POLLOUT) != 0 && progress.may_send()) {
      wrong = progress.send_some();
    }
    if (wrong.empty() && (ready.revents & (POLLIN | POLLERR | POLLHUP)) != 0) {
      wrong = progress.receive_some();
    }
    if (!wrong.empty()) {
      return wrong;
    }
  }
  if (!transfer.finish) {
    return "";
  }
  shutdown(fd, SHUT_WR);
  uint8_t byte = 0;
  pollfd ready{fd, POLLIN, 0};
  if (poll(&ready, 1, 30'000) <= 0) {
    return "no FIN for 30 s";
  }
  const ssize_t n = recv(fd, &byte, 1, 0);
  return n == 0 ? "" : n > 0 ? "bytes after the last" : std::string("FIN: ") + std::strerror(errno);
}

}  // namespace vitrine::test
