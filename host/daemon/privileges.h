// From root to an unprivileged user that may still do what the packet path needs.
#pragma once

#include <string>

#include "host/base/status.h"
#include "host/daemon/give_away.h"

namespace vitrine::daemon {

struct Account {
  std::string name;
  Owner owner;
};

// The user to run as; empty stands for "vitrine". kNotFound, with what to type, where the machine
// has none: there is no other default, because a user that other services share ("nobody") would
// let those at the state directory. kInvalidArgument for root.
Result<Account> find_account(const std::string& user);

// A group's number. kNotFound where the machine has none of that name.
Result<gid_t> find_group(const std::string& name);

// Becomes `account`, keeping only CAP_NET_ADMIN, CAP_NET_RAW and CAP_NET_BIND_SERVICE (TCP repair,
// transparent sockets at servers' ports) and CAP_IPC_LOCK (memory allocated later is locked too).
// Gives it `state_dir` and what lies in it, but for ca/, first, and makes the API socket's
// directory for it where that is missing. REQUIRES: root, and no other thread yet.
Status drop_privileges(const Account& account, const std::string& state_dir,
                       const std::string& socket_path);

// Locks present and future memory, so that no key is ever swapped out. REQUIRES: root.
Status lock_memory();

}  // namespace vitrine::daemon
