#include "host/daemon/bypass_guard.h"

#include <cerrno>

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "host/daemon/bypass_bridge.h"
#include "host/daemon/run_lock.h"

namespace vitrine::daemon {
namespace {

void wait_for_end_of_file(int fd) {
  char byte;
  while (true) {
    const ssize_t n = read(fd, &byte, 1);
    if (n == 0 || (n < 0 && errno != EINTR)) {
      return;
    }
  }
}

[[noreturn]] void guard(int pipe_end, const std::string& inside, const std::string& outside,
                        const std::string& state_dir) {
  setsid();
  prctl(PR_SET_NAME, "vitrine-bypass");
  signal(SIGTERM, SIG_IGN);
  signal(SIGINT, SIG_IGN);
  wait_for_end_of_file(pipe_end);
  constexpr int kWaitMs = 200;
  const auto lock = take_run_lock(state_dir, kWaitMs);
  if (!lock) {
    _exit(0);  // a successor runs
  }
  const Status connected = connect_bypass(inside, outside);
  if (!connected) {
    syslog(LOG_DAEMON | LOG_ALERT, "vitrine: cannot fail open: %s", connected.to_string().c_str());
  }
  _exit(connected ? 0 : 1);
}

}  // namespace

Result<UniqueFd> start_bypass_guard(const std::string& inside, const std::string& outside,
                                    const std::string& state_dir, const UniqueFd& run_lock) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return Status::from_errno("cannot make the bypass guard's pipe", errno);
  }
  UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  const pid_t child = fork();
  if (child < 0) {
    return Status::from_errno("cannot start the bypass guard", errno);
  }
  if (child == 0) {
    // A grandchild, so that init reaps it and the daemon has no child to wait for.
    if (fork() == 0) {
      close(run_lock.get());
      close(write_end.get());
      guard(read_end.get(), inside, outside, state_dir);
    }
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  return write_end;
}

}  // namespace vitrine::daemon
