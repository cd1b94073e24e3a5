#include "host/signer/launcher.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/base/bytes.h"
#include "host/base/unique_fd.h"

namespace vitrine::signer {
namespace {

void end_worker(pid_t& worker) {
  if (worker <= 0) {
    return;
  }
  // It keeps no state that a kill could spoil.
  ::kill(worker, SIGKILL);
  while (::waitpid(worker, nullptr, 0) < 0 && errno == EINTR) {
  }
  worker = -1;
}

// The descriptor that came with a message, if there was exactly one.
UniqueFd descriptor_of(msghdr& message) {
  UniqueFd found;
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
        c->cmsg_len == CMSG_LEN(sizeof(int))) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(c), sizeof fd);
      found.reset(fd);
    }
  }
  return found;
}

// The next order's socket, invalid where the order makes no sense; nullopt at the end.
std::optional<UniqueFd> next_order(int control) {
  char order = 0;
  iovec data{&order, 1};
  alignas(cmsghdr) char space[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = space;
  message.msg_controllen = sizeof space;
  ssize_t n = -1;
  do {
    n = ::recvmsg(control, &message, MSG_CMSG_CLOEXEC);
  } while (n < 0 && errno == EINTR);
  if (n <= 0) {
    return std::nullopt;
  }
  UniqueFd socket = descriptor_of(message);
  const bool whole = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
  return whole && order == kStartWorker ? std::move(socket) : UniqueFd();
}

}  // namespace

int launch_workers(int control, const std::function<int(int socket)>& work) {
  pid_t worker = -1;
  while (std::optional<UniqueFd> socket = next_order(control)) {
    end_worker(worker);
    if (socket->valid()) {
      worker = ::fork();
    }
    if (worker == 0) {
      ::close(control);
      ::_exit(work(socket->get()));
    }
    uint8_t reply[4];
    store_be32(reply, worker > 0 ? static_cast<uint32_t>(worker) : 0);
    if (::send(control, reply, sizeof reply, MSG_NOSIGNAL) < 0) {
      break;
    }
  }
  end_worker(worker);
  return EXIT_SUCCESS;
}

}  // namespace vitrine::signer
