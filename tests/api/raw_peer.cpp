#include "tests/api/raw_peer.h"

#include <array>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace vitrine::api {
namespace {

constexpr int kPatienceMs = 10'000;

}  // namespace

RawPeer::RawPeer(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  fd_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    fd_.reset();
  }
}

bool RawPeer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

std::string RawPeer::read_until(std::string_view until) {
  std::string text;
  std::array<char, 4096> part{};
  while (until.empty() || text.find(until) == std::string::npos) {
    pollfd readable{fd_.get(), POLLIN, 0};
    if (::poll(&readable, 1, kPatienceMs) != 1) {
      return text;
    }
    const ssize_t got = ::recv(fd_.get(), part.data(), part.size(), 0);
    if (got <= 0) {
      ended_ = true;
      return text;
    }
    text.append(part.data(), static_cast<size_t>(got));
  }
  return text;
}

void RawPeer::be_slow() {
  const int small = 1;
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
}

}  // namespace vitrine::api
