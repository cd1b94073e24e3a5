// Key material: fixed-capacity bytes that live in locked, never-dumped memory and are wiped when
// they go.
//
// The memory is OpenSSL's secure heap (mlock, MADV_DONTDUMP, guard pages) once secure_memory_init()
// has run; before that, or when the heap is full, allocation fails closed: the Secret is empty and
// valid() is false. There is no conversion to text.
#pragma once

#include <cstddef>
#include <cstdint>

#include "host/base/bytes.h"
#include "host/base/status.h"

namespace vitrine {

// Makes OpenSSL wipe all memory that it frees: it leaves traffic secrets in the memory of ended
// connections otherwise. REQUIRES: OpenSSL has not allocated yet, so call it first of all in
// main().
Status wipe_freed_library_memory();

// Sets aside `bytes` (rounded up to a power of two) for secrets, once a process; later calls do
// nothing. Turns off core dumps and ptrace attachment as well.
Status secure_memory_init(size_t bytes = 8U << 20);

class Secret {
 public:
  Secret() = default;
  explicit Secret(size_t size);
  explicit Secret(Bytes copy_of);
  Secret(const Secret& other);
  Secret(Secret&& other) noexcept;
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { wipe(); }

  bool valid() const { return data_ != nullptr; }
  size_t size() const { return size_; }
  Bytes view() const { return {data_, size_}; }
  MutableBytes mutable_view() { return {data_, size_}; }
  // Zeroizes and frees; the Secret is empty afterwards.
  void wipe();

  // Constant time in the contents; false where sizes differ.
  friend bool operator==(const Secret& a, const Secret& b);

 private:
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace vitrine
