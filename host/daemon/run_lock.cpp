#include "host/daemon/run_lock.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace vitrine::daemon {

Result<UniqueFd> take_run_lock(const std::string& state_dir, int wait_ms) {
  const std::string path = state_dir + "/run.lock";
  UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd.valid()) {
    return Status::from_errno("cannot open " + path, errno);
  }
  constexpr int kStepMs = 20;
  for (int waited = 0; flock(fd.get(), LOCK_EX | LOCK_NB) != 0; waited += kStepMs) {
    if (errno != EWOULDBLOCK) {
      return Status::from_errno("cannot lock " + path, errno);
    }
    if (waited >= wait_ms) {
      return Status(Code::kAlreadyExists, "another vitrined runs on " + state_dir +
                                              "; stop it first, or give this one its own --state");
    }
    usleep(kStepMs * 1000);
  }
  return fd;
}

}  // namespace vitrine::daemon
