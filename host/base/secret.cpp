#include "host/base/secret.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <utility>

#include <malloc.h>
#include <openssl/crypto.h>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace vitrine {
namespace {

constexpr size_t kSmallestBlock = 32;

// OpenSSL's own allocations: wiped when they are freed, because it leaves traffic secrets in freed
// connections (SSL_free does not clear them).
void* plain_malloc(size_t size, const char* /*file*/, int /*line*/) { return std::malloc(size); }

void wiping_free(void* memory, const char* /*file*/, int /*line*/) {
  if (memory != nullptr) {
    explicit_bzero(memory, malloc_usable_size(memory));
    std::free(memory);
  }
}

void* wiping_realloc(void* memory, size_t size, const char* file, int line) {
  if (memory == nullptr) {
    return std::malloc(size);
  }
  if (size == 0) {
    wiping_free(memory, file, line);
    return nullptr;
  }
  void* moved = std::malloc(size);
  if (moved != nullptr) {
    std::memcpy(moved, memory, std::min(size, malloc_usable_size(memory)));
    wiping_free(memory, file, line);
  }
  return moved;
}

Status forbid_dumps() {
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) {
    return Status::from_errno("cannot turn off core dumps", errno);
  }
  if (prctl(PR_SET_DUMPABLE, 0) != 0) {
    return Status::from_errno("cannot make the process undumpable", errno);
  }
  return Status::ok();
}

}  // namespace

Status wipe_freed_library_memory() {
  if (CRYPTO_set_mem_functions(plain_malloc, wiping_realloc, wiping_free) != 1) {
    return {Code::kInternal, "OpenSSL was used before its memory could be made self-wiping"};
  }
  return Status::ok();
}

Status secure_memory_init(size_t bytes) {
  static std::mutex mutex;
  std::lock_guard lock(mutex);
  if (CRYPTO_secure_malloc_initialized() != 0) {
    return Status::ok();
  }
  size_t size = kSmallestBlock;
  while (size < bytes) {
    size *= 2;
  }
  // 2 means: allocated, but not locked (RLIMIT_MEMLOCK).
  if (CRYPTO_secure_malloc_init(size, kSmallestBlock) != 1) {
    return {Code::kPermission,
            "cannot lock memory for keys; raise the locked-memory limit (ulimit -l) or grant "
            "CAP_IPC_LOCK"};
  }
  return forbid_dumps();
}

Secret::Secret(size_t size) {
  if (CRYPTO_secure_malloc_initialized() == 0) {
    return;
  }
  data_ = static_cast<uint8_t*>(OPENSSL_secure_zalloc(size));
  if (data_ != nullptr && CRYPTO_secure_allocated(data_) == 0) {
    OPENSSL_secure_clear_free(data_, size);
    data_ = nullptr;
  }
  size_ = data_ != nullptr ? size : 0;
}

Secret::Secret(Bytes copy_of) : Secret(copy_of.size()) {
  if (valid() && !copy_of.empty()) {
    std::memcpy(data_, copy_of.data(), copy_of.size());
  }
}

Secret::Secret(const Secret& other) {
  if (other.valid()) {
    *this = Secret(other.view());
  }
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    *this = Secret(other);
  }
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

void Secret::wipe() {
  OPENSSL_secure_clear_free(data_, size_);
  data_ = nullptr;
  size_ = 0;
}

bool operator==(const Secret& a, const Secret& b) {
  return a.size_ == b.size_ && CRYPTO_memcmp(a.data_, b.data_, a.size_) == 0;
}

}  // namespace vitrine
