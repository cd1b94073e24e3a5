#include "host/api/unix_stream.h"

#include <algorithm>
#include <cerrno>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace vitrine::api {
namespace {

using boost::system::error_code;

error_code from_errno() { return {errno, boost::system::system_category()}; }

}  // namespace

Result<UnixStream> UnixStream::connect(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(address.sun_path)) {
    return Status(Code::kInvalidArgument, path + ": not a possible socket path");
  }
  path.copy(address.sun_path, path.size());
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) {
    return Status::from_errno("socket", errno);
  }
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    const bool absent = errno == ENOENT || errno == ECONNREFUSED;
    return absent ? Status(Code::kUnavailable, path + ": nobody listens there")
                  : Status::from_errno(path, errno);
  }
  return UnixStream(std::move(fd));
}

bool UnixStream::wait_for(short events, error_code& error) const {
  while (true) {
    int timeout_ms = -1;
    if (deadline_) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(*deadline_ - Clock::now());
      timeout_ms = static_cast<int>(std::clamp<int64_t>(left.count(), 0, 3'600'000));
    }
    pollfd poll_fd{fd_.get(), events, 0};
    const int ready = ::poll(&poll_fd, 1, timeout_ms);
    if (ready > 0) {
      return true;
    }
    if (ready == 0) {
      error = boost::asio::error::timed_out;
      return false;
    }
    if (errno != EINTR) {
      error = from_errno();
      return false;
    }
  }
}

size_t UnixStream::receive(boost::asio::mutable_buffer buffer, error_code& error) {
  error.clear();
  if (buffer.size() == 0 || !wait_for(POLLIN, error)) {
    return 0;
  }
  const ssize_t received = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
  if (received < 0) {
    error = from_errno();
    return 0;
  }
  if (received == 0) {
    error = boost::asio::error::eof;
  }
  return static_cast<size_t>(received);
}

size_t UnixStream::send(boost::asio::const_buffer buffer, error_code& error) {
  error.clear();
  if (buffer.size() == 0 || !wait_for(POLLOUT, error)) {
    return 0;
  }
  const ssize_t sent = ::send(fd_.get(), buffer.data(), buffer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) {
    if (errno != EAGAIN) {
      error = from_errno();
    }
    return 0;
  }
  return static_cast<size_t>(sent);
}

}  // namespace vitrine::api
