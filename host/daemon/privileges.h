// From root to an unprivileged user that may still do what the packet path needs.
#pragma once

#include <string>

#include "host/base/status.h"

namespace vitrine::daemon {

// Becomes `user` (empty: "vitrine" where it exists, else "nobody"), keeping only CAP_NET_ADMIN,
// CAP_NET_RAW and CAP_NET_BIND_SERVICE (TCP repair, transparent sockets at servers' ports) and
// CAP_IPC_LOCK (memory allocated later is locked too). Gives `state_dir` and what lies in it, but
// for ca/, to the user first, and makes the API socket's directory for it where that is missing.
// REQUIRES: root, and no other thread yet.
Status drop_privileges(const std::string& user, const std::string& state_dir,
                       const std::string& socket_path);

// Locks present and future memory, so that no key is ever swapped out. REQUIRES: root.
Status lock_memory();

}  // namespace vitrine::daemon
