#include "tests/card/quiet/call_counter.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <iterator>

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// The C library's allocator behind its public names.
extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* old, size_t size);
void* __libc_memalign(size_t alignment, size_t size);
void __libc_free(void* memory);
}

namespace {

std::atomic<bool> counting{false};
std::atomic<uint64_t> allocations{0};
std::atomic<uint64_t> locks{0};

void note(std::atomic<uint64_t>& counter) {
  if (counting.load(std::memory_order_relaxed)) {
    counter.fetch_add(1, std::memory_order_relaxed);
  }
}

// The same function in the library behind this binary.
template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

void* malloc(size_t size) noexcept {
  note(allocations);
  return __libc_malloc(size);
}
void* calloc(size_t count, size_t size) noexcept {
  note(allocations);
  return __libc_calloc(count, size);
}
void* realloc(void* old, size_t size) noexcept {
  note(allocations);
  return __libc_realloc(old, size);
}
void* memalign(size_t alignment, size_t size) noexcept {
  note(allocations);
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(size_t alignment, size_t size) noexcept { return memalign(alignment, size); }
int posix_memalign(void** out, size_t alignment, size_t size) noexcept {
  *out = memalign(alignment, size);
  return *out == nullptr ? ENOMEM : 0;
}
void free(void* memory) noexcept {
  note(allocations);
  __libc_free(memory);
}

int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  static auto* const kNext = next<int(pthread_mutex_t*)>("pthread_mutex_lock");
  note(locks);
  return kNext(mutex);
}
int pthread_mutex_trylock(pthread_mutex_t* mutex) noexcept {
  static auto* const kNext = next<int(pthread_mutex_t*)>("pthread_mutex_trylock");
  note(locks);
  return kNext(mutex);
}
int pthread_rwlock_rdlock(pthread_rwlock_t* lock) noexcept {
  static auto* const kNext = next<int(pthread_rwlock_t*)>("pthread_rwlock_rdlock");
  note(locks);
  return kNext(lock);
}
int pthread_rwlock_wrlock(pthread_rwlock_t* lock) noexcept {
  static auto* const kNext = next<int(pthread_rwlock_t*)>("pthread_rwlock_wrlock");
  note(locks);
  return kNext(lock);
}
int pthread_spin_lock(pthread_spinlock_t* lock) noexcept {
  static auto* const kNext = next<int(pthread_spinlock_t*)>("pthread_spin_lock");
  note(locks);
  return kNext(lock);
}

}  // extern "C"

namespace vitrine::card::test {
namespace {

constexpr int kStopped = 3;  // exit status: a system call was made
int* stopped_by = nullptr;   // shared with the child

void on_forbidden(int /*signal*/, siginfo_t* info, void* /*context*/) {
  *stopped_by = info->si_syscall;
  ::_exit(kStopped);
}

// From now on every system call but the last one raises SIGSYS.
bool forbid_system_calls() {
  struct sigaction action {};
  action.sa_sigaction = on_forbidden;
  action.sa_flags = SA_SIGINFO;
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
  };
  const sock_fprog filter{static_cast<unsigned short>(std::size(program)), program};
  return ::sigaction(SIGSYS, &action, nullptr) == 0 &&
         ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

}  // namespace

CallCounter::CallCounter() {
  allocations = 0;
  locks = 0;
  counting = true;
}

CallCounts CallCounter::stop() {
  counting = false;
  return {allocations, locks};
}

int first_system_call(const std::function<bool()>& work) {
  constexpr auto kSize = sizeof(*stopped_by);
  void* shared = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  EXPECT_NE(shared, MAP_FAILED);
  stopped_by = static_cast<int*>(shared);
  *stopped_by = kNoSystemCall;
  const pid_t child = ::fork();
  if (child == 0) {
    if (!forbid_system_calls()) {
      ::_exit(1);
    }
    ::_exit(work() ? 0 : 2);
  }
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
  EXPECT_NE(WEXITSTATUS(status), 1) << "the kernel has no system call filters";
  EXPECT_NE(WEXITSTATUS(status), 2) << "the work failed";
  const int number = *stopped_by;
  ::munmap(shared, kSize);
  return number;
}

}  // namespace vitrine::card::test
