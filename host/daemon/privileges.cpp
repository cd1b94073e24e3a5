#include "host/daemon/privileges.h"

#include <cerrno>
#include <filesystem>
#include <memory>

#include <grp.h>
#include <pwd.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace vitrine::daemon {
namespace {

constexpr const char* kDefaultUser = "vitrine";
constexpr const char* kNotGiven = "ca";  // the signer's
constexpr cap_value_t kKept[] = {CAP_NET_ADMIN, CAP_NET_RAW, CAP_NET_BIND_SERVICE, CAP_IPC_LOCK};

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

Result<Account> find_account(const std::string& user) {
  const std::string name = user.empty() ? kDefaultUser : user;
  const passwd* found = getpwnam(name.c_str());
  if (found == nullptr) {
    return {Code::kNotFound, "no user '" + name +
                                 "' to run as; make one (useradd --system --no-create-home "
                                 "--shell /usr/sbin/nologin " +
                                 kDefaultUser + "), or name another with --user"};
  }
  if (found->pw_uid == 0) {
    return {Code::kInvalidArgument, "user '" + name +
                                        "' is root, whose rights are to be given up; name another "
                                        "with --user"};
  }
  return Account{found->pw_name, {found->pw_uid, found->pw_gid}};
}

Result<gid_t> find_group(const std::string& name) {
  const group* found = getgrnam(name.c_str());
  if (found == nullptr) {
    return Status(Code::kNotFound, "no group '" + name + "'; make it (groupadd --system " + name +
                                       "), or name another");
  }
  return found->gr_gid;
}

Status drop_privileges(const Account& account, const std::string& state_dir,
                       const std::string& socket_path) {
  const auto [uid, gid] = account.owner;
  if (Status given = give_tree(state_dir, kNotGiven, account.owner); !given) {
    return given;
  }
  const std::string socket_directory = std::filesystem::path(socket_path).parent_path();
  if (!socket_directory.empty()) {
    if (Status made = make_directory_for(socket_directory, account.owner); !made) {
      return made;
    }
  }
  if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0 || setgroups(1, &gid) != 0 ||
      setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0) {
    return Status::from_errno("cannot become " + account.name, errno);
  }
  if (Status kept = keep_capabilities(); !kept) {
    return kept;
  }
  // setresuid made the process dumpable again where the kernel's suid_dumpable says so.
  if (prctl(PR_SET_DUMPABLE, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return Status::from_errno("cannot harden the process", errno);
  }
  if (access(state_dir.c_str(), R_OK | W_OK | X_OK) != 0) {
    return {Code::kPermission, "user " + account.name + " cannot use " + state_dir +
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
