// Errors without exceptions: a Status is success or a code with a message; a Result<T> is a value
// or a Status.
//
// Ownership: values. Threads: as the contained type. Untrusted bytes give a Status, never an
// assert. A message says what happened and, where the operator can act, what to do next.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace vitrine {

enum class Code {
  kOk,
  kInvalidArgument,  // the caller asked for something that cannot be
  kMalformed,        // untrusted bytes do not parse
  kNotFound,
  kAlreadyExists,
  kExhausted,    // a bounded table, queue or pool is full
  kUnavailable,  // may work later
  kTimeout,
  kPermission,
  kUnsupported,
  kInternal,
};

// The code in words, e.g. "malformed"; static storage.
std::string_view code_name(Code code);

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  static Status ok() { return {}; }
  // Status of a failed system call: "WHAT: strerror(errno)", with the code that fits errno.
  static Status from_errno(std::string_view what, int error_number);

  bool is_ok() const { return code_ == Code::kOk; }
  explicit operator bool() const { return is_ok(); }
  Code code() const { return code_; }
  const std::string& message() const { return message_; }
  // "malformed: ClientHello: session id of 33 bytes"
  std::string to_string() const;

 private:
  Code code_ = Code::kOk;
  std::string message_;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}  // NOLINT: implicit
  Result(Status status) : status_(std::move(status)) { assert(!status_.is_ok()); }  // NOLINT
  Result(Code code, std::string message) : status_(code, std::move(message)) {}

  bool is_ok() const { return value_.has_value(); }
  explicit operator bool() const { return is_ok(); }
  const Status& status() const { return status_; }

  // REQUIRES: is_ok().
  T& value() & { return *value_; }
  const T& value() const& { return *value_; }
  T&& value() && { return *std::move(value_); }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }

 private:
  std::optional<T> value_;
  Status status_;
};

}  // namespace vitrine
