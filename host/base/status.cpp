#include "host/base/status.h"

#include <cerrno>
#include <system_error>

namespace vitrine {
namespace {

Code code_of_errno(int error_number) {
  switch (error_number) {
    case EPERM:
    case EACCES:
      return Code::kPermission;
    case ENOENT:
    case ENODEV:
    case ESRCH:
      return Code::kNotFound;
    case EEXIST:
    case EADDRINUSE:
      return Code::kAlreadyExists;
    case EINVAL:
      return Code::kInvalidArgument;
    case ENOMEM:
    case ENOBUFS:
    case EMFILE:
    case ENFILE:
      return Code::kExhausted;
    case EAGAIN:
    case EINTR:
    case ECONNREFUSED:
      return Code::kUnavailable;
    case ETIMEDOUT:
      return Code::kTimeout;
    default:
      return Code::kInternal;
  }
}

}  // namespace

std::string_view code_name(Code code) {
  switch (code) {
    case Code::kOk:
      return "ok";
    case Code::kInvalidArgument:
      return "invalid argument";
    case Code::kMalformed:
      return "malformed";
    case Code::kNotFound:
      return "not found";
    case Code::kAlreadyExists:
      return "already exists";
    case Code::kExhausted:
      return "exhausted";
    case Code::kUnavailable:
      return "unavailable";
    case Code::kTimeout:
      return "timeout";
    case Code::kPermission:
      return "permission denied";
    case Code::kUnsupported:
      return "unsupported";
    case Code::kInternal:
      return "internal error";
  }
  return "unknown";
}

Status Status::from_errno(std::string_view what, int error_number) {
  return {code_of_errno(error_number),
          std::string(what) + ": " + std::generic_category().message(error_number)};
}

std::string Status::to_string() const {
  if (is_ok()) {
    return "ok";
  }
  return std::string(code_name(code_)) + ": " + message_;
}

}  // namespace vitrine
