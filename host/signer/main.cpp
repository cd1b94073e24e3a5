// vitrine-signer: holds the CA key and signs what it is asked to, under authority.h's rules.
//
// Started by vitrined with one end of a SOCK_SEQPACKET pair as descriptor 3; ends when the other
// end closes. (1) locked memory, (2) key and certificate, (3) drop privileges, (4) sandbox, (5)
// answer until the end. Exit: 0 the daemon has gone, 1 anything else (said on standard error).
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include <sys/socket.h>

#include "host/base/secret.h"
#include "host/signer/authority.h"
#include "host/signer/ca.h"
#include "host/signer/sandbox.h"

namespace vitrine::signer {
namespace {

constexpr int kSocket = 3;
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

int serve(const Authority& authority) {
  std::vector<uint8_t> packet(kMaxMessage + 1);
  while (true) {
    // A longer packet is cut, and is then refused for its size.
    const ssize_t n = ::recv(kSocket, packet.data(), packet.size(), 0);
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
      sent = ::send(kSocket, reply.data(), reply.size(), MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0) {
      return errno == EPIPE || errno == ECONNRESET
                 ? EXIT_SUCCESS
                 : fail(Status::from_errno("cannot answer the daemon", errno));
    }
  }
}

int run(const std::string& state_dir) {
  outlive_the_daemon();
  if (Status status = secure_memory_init(kSecureHeap); !status) {
    return fail(status);
  }
  const Result<Authority> authority = Authority::load(state_dir);
  if (!authority) {
    return fail(authority.status());
  }
  if (Status status = drop_privileges(ca_key_path(state_dir)); !status) {
    return fail(status);
  }
  if (Status status = enter_sandbox(); !status) {
    return fail(status);
  }
  return serve(*authority);
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
