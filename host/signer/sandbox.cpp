#include "host/signer/sandbox.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace vitrine::signer {
namespace {

constexpr uid_t kNobody = 65534;

#ifdef VITRINE_SANITIZED
constexpr bool kSanitized = true;  // the sanitizers' own calls and files
#else
constexpr bool kSanitized = false;
#endif

#if defined(__x86_64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr uint32_t kArchitecture = 0;
#endif

constexpr auto kAllowed = std::to_array<uint32_t>({
    // the socket; standard error
    __NR_recvfrom,
    __NR_sendto,
    __NR_write,
    __NR_writev,
    __NR_close,
    // memory
    __NR_brk,
    __NR_mmap,
    __NR_munmap,
    __NR_mprotect,
    __NR_mremap,
    __NR_madvise,
    __NR_mlock,
    __NR_munlock,
    // OpenSSL's random numbers and locks, time
    __NR_getrandom,
    __NR_futex,
    __NR_clock_gettime,
    __NR_getpid,
    __NR_gettid,
    // signals and the end
    __NR_rt_sigreturn,
    __NR_rt_sigprocmask,
    __NR_restart_syscall,
    __NR_tgkill,
    __NR_exit,
    __NR_exit_group,
});

std::vector<sock_filter> make_filter() {
  std::vector<sock_filter> program = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
  };
  for (const uint32_t number : kAllowed) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
  return program;
}

Status filter_system_calls() {
  if (kSanitized || kArchitecture == 0) {
    return Status::ok();
  }
  std::vector<sock_filter> filter = make_filter();
  const sock_fprog program{static_cast<uint16_t>(filter.size()), filter.data()};
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
    return Status::from_errno("cannot filter the signer's system calls", errno);
  }
  return Status::ok();
}

}  // namespace

Status drop_privileges(const std::string& key_path) {
  if (::geteuid() != 0) {
    return Status::ok();
  }
  struct stat info {};
  if (::stat(key_path.c_str(), &info) != 0) {
    return Status::from_errno("cannot look at " + key_path, errno);
  }
  const uid_t user = info.st_uid != 0 ? info.st_uid : kNobody;
  const gid_t group = info.st_uid != 0 && info.st_gid != 0 ? info.st_gid : kNobody;
  if (::setgroups(0, nullptr) != 0 || ::setresgid(group, group, group) != 0 ||
      ::setresuid(user, user, user) != 0) {
    return Status::from_errno("cannot drop the signer's privileges", errno);
  }
  if (::setuid(0) == 0) {
    return {Code::kPermission, "the signer's privileges came back"};
  }
  return Status::ok();
}

Status enter_sandbox() {
  const rlimit none{0, 0};
  // Changing user made the process dumpable again where the system is set so.
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_DUMPABLE, 0) != 0 ||
      ::setrlimit(RLIMIT_FSIZE, &none) != 0 || ::setrlimit(RLIMIT_NPROC, &none) != 0 ||
      ::setrlimit(RLIMIT_CORE, &none) != 0) {
    return Status::from_errno("cannot confine the signer", errno);
  }
  if (!kSanitized && ::setrlimit(RLIMIT_NOFILE, &none) != 0) {
    return Status::from_errno("cannot confine the signer", errno);
  }
  return filter_system_calls();
}

}  // namespace vitrine::signer
