// Fail open: a small process that outlives vitrined, however that dies, and bridges the interfaces
// then.
//
// It waits on a pipe whose other end only the daemon holds: end of file is the daemon's death. It
// takes the state directory's run lock before it bridges, so it never bridges under a successor
// that already runs.
#pragma once

#include <string>

#include "host/base/status.h"
#include "host/base/unique_fd.h"

namespace vitrine::daemon {

// Forks the guard. Keep the descriptor for the daemon's life.
// REQUIRES: no other thread yet; CAP_NET_ADMIN (kept by the guard alone).
Result<UniqueFd> start_bypass_guard(const std::string& inside, const std::string& outside,
                                    const std::string& state_dir, const UniqueFd& run_lock);

}  // namespace vitrine::daemon
