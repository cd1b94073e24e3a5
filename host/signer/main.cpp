// vitrine-signer: holds the CA key and signs what it is asked to, under authority.h's rules.
//
// Started by vitrined with one end of a SOCK_SEQPACKET pair as descriptor 3. The process that is
// started is the launcher (launcher.h); each worker that it forks (1) locks memory, (2) reads key
// and certificate, (3) drops privileges, (4) enters the sandbox, (5) answers until its socket
// closes. Exit: 0 the daemon has gone, 1 anything else (said on standard error).
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

#include "host/base/secret.h"
#include "host/signer/authority.h"
#include "host/signer/ca.h"
#include "host/signer/launcher.h"
#include "host/signer/sandbox.h"

namespace vitrine::signer {
namespace {

constexpr int kControl = 3;
constexpr size_t kSecureHeap = 1U << 20;

int fail(const Status& status) {
  std::fprintf(stderr, "vitrine-signer: %s\n", status.to_string().c_str());
  return EXIT_FAILURE;
}

// A terminal's Ctrl-C or a service manager's SIGTERM reaches the daemon too, which still needs
// signatures while it drains; its end of the socket says when that is over.
void outlive_the_daemon() {
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
    std::signal(number, SIG_IGN);
  }
}

int serve(int socket, const Authority& authority) {
  std::vector<uint8_t> packet(kMaxMessage + 1);
  while (true) {
    // A longer packet is cut, and is then refused for its size.
    const ssize_t n = ::recv(socket, packet.data(), packet.size(), 0);
    if (n == 0) {
      return EXIT_SUCCESS;
    }
    if (n < 0 && errno == EINTR) {
      continue;
    }
    if (n < 0) {
      return fail(Status::from_errno("cannot read from the daemon", errno));
    }
    const std::vector<uint8_t> reply = authority.answer({packet.data(), static_cast<size_t>(n)});
    ssize_t sent = -1;
    do {
      sent = ::send(socket, reply.data(), reply.size(), MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0) {
      return errno == EPIPE || errno == ECONNRESET
                 ? EXIT_SUCCESS
                 : fail(Status::from_errno("cannot answer the daemon", errno));
    }
  }
}

// REQUIRES: the CA's directory is the current one.
int work(int socket) {
  if (Status status = wipe_freed_library_memory(); !status) {
    return fail(status);
  }
  if (Status status = secure_memory_init(kSecureHeap); !status) {
    return fail(status);
  }
  const Result<Authority> authority = Authority::load(".");
  if (!authority) {
    return fail(authority.status());
  }
  if (Status status = drop_privileges("./ca.key"); !status) {
    return fail(status);
  }
  if (Status status = enter_sandbox(); !status) {
    return fail(status);
  }
  return serve(socket, *authority);
}

int run(const std::string& state_dir) {
  outlive_the_daemon();
  if (::chdir(ca_directory(state_dir).c_str()) != 0) {
    return fail(errno == ENOENT
                    ? Status(Code::kNotFound, "no CA in " + state_dir +
                                                  "; make one with `vitrine cert ca init --state " +
                                                  state_dir + "`")
                    : Status::from_errno("cannot enter " + ca_directory(state_dir), errno));
  }
  return launch_workers(kControl, work);
}

}  // namespace
}  // namespace vitrine::signer

int main(int argc, char** argv) {
  if (argc != 3 || std::string_view(argv[1]) != "--state") {
    std::fputs(
        "usage: vitrine-signer --state DIR\n"
        "Holds the CA key for vitrined, which starts it; not meant to be run by hand.\n",
        stderr);
    return EXIT_FAILURE;
  }
  return vitrine::signer::run(argv[2]);
}
