#include "host/daemon/privileges.h"

#include <cerrno>
#include <filesystem>
#include <memory>

#include <grp.h>
#include <pwd.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace vitrine::daemon {
namespace {

constexpr cap_value_t kKept[] = {CAP_NET_ADMIN, CAP_NET_RAW, CAP_NET_BIND_SERVICE, CAP_IPC_LOCK};

const passwd* find_user(const std::string& user) {
  if (!user.empty()) {
    return getpwnam(user.c_str());
  }
  const passwd* own = getpwnam("vitrine");
  return own != nullptr ? own : getpwnam("nobody");
}

Status give_state(const std::string& state_dir, uid_t uid, gid_t gid) {
  namespace fs = std::filesystem;
  if (chown(state_dir.c_str(), uid, gid) != 0) {
    return Status::from_errno("cannot give " + state_dir + " to the daemon's user", errno);
  }
  std::error_code error;
  fs::recursive_directory_iterator entry(state_dir, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->path() == fs::path(state_dir) / "ca") {
      entry.disable_recursion_pending();
      continue;
    }
    if (lchown(entry->path().c_str(), uid, gid) != 0) {
      return Status::from_errno("cannot give " + entry->path().string() + " to the daemon's user",
                                errno);
    }
  }
  return error ? Status(Code::kInternal, "cannot read " + state_dir + ": " + error.message())
               : Status::ok();
}

Status make_socket_directory(const std::string& socket_path, uid_t uid, gid_t gid) {
  const std::string directory = std::filesystem::path(socket_path).parent_path();
  if (directory.empty() || mkdir(directory.c_str(), 0755) != 0) {
    return Status::ok();  // there already; whether it can be used shows when the API listens
  }
  if (chown(directory.c_str(), uid, gid) != 0) {
    return Status::from_errno("cannot give " + directory + " to the daemon's user", errno);
  }
  return Status::ok();
}

Status keep_capabilities() {
  const std::unique_ptr<std::remove_pointer_t<cap_t>, int (*)(void*)> caps(cap_init(), cap_free);
  for (const cap_flag_t flag : {CAP_PERMITTED, CAP_EFFECTIVE}) {
    cap_set_flag(caps.get(), flag, std::size(kKept), kKept, CAP_SET);
  }
  if (cap_set_proc(caps.get()) != 0) {
    return Status::from_errno("cannot keep capabilities", errno);
  }
  return Status::ok();
}

}  // namespace

Status drop_privileges(const std::string& user, const std::string& state_dir,
                       const std::string& socket_path) {
  const passwd* account = find_user(user);
  if (account == nullptr) {
    return {Code::kNotFound, "no user '" + user + "'; create it, or name another with --user"};
  }
  const uid_t uid = account->pw_uid;
  const gid_t gid = account->pw_gid;
  if (Status given = give_state(state_dir, uid, gid); !given) {
    return given;
  }
  if (Status made = make_socket_directory(socket_path, uid, gid); !made) {
    return made;
  }
  if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0 || setgroups(1, &gid) != 0 ||
      setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0) {
    return Status::from_errno("cannot become " + std::string(account->pw_name), errno);
  }
  if (Status kept = keep_capabilities(); !kept) {
    return kept;
  }
  // setresuid made the process dumpable again where the kernel's suid_dumpable says so.
  if (prctl(PR_SET_DUMPABLE, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return Status::from_errno("cannot harden the process", errno);
  }
  if (access(state_dir.c_str(), R_OK | W_OK | X_OK) != 0) {
    return {Code::kPermission, "user " + std::string(account->pw_name) + " cannot use " +
                                   state_dir +
                                   "; make its parent directories searchable (chmod o+x), or name "
                                   "another user with --user"};
  }
  return Status::ok();
}

Status lock_memory() {
#ifdef VITRINE_SANITIZED
  return Status::ok();  // shadow memory cannot be locked
#else
  if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0) {
    return Status::from_errno("cannot lock memory", errno);
  }
  return Status::ok();
#endif
}

}  // namespace vitrine::daemon
