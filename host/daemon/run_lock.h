// One vitrined a state directory: an advisory lock, also taken by the bypass guard before it
// bridges.
#pragma once

#include <string>

#include "host/base/status.h"
#include "host/base/unique_fd.h"

namespace vitrine::daemon {

// Locks DIR/run.lock, waiting up to `wait_ms`. The lock goes with the descriptor (and with the
// process).
Result<UniqueFd> take_run_lock(const std::string& state_dir, int wait_ms);

}  // namespace vitrine::daemon
