// The operator's key log: TLS secrets of both legs, for Wireshark, written only where asked for by
// name.
#pragma once

#include <string>
#include <string_view>

#include "host/base/status.h"
#include "host/base/unique_fd.h"

namespace vitrine::daemon {

// NSS key log format, one line a secret. Created with mode 0600; appended to. Threads: one.
class KeyLog {
 public:
  static Result<KeyLog> open(const std::string& path);
  void write(std::string_view line) const;

 private:
  explicit KeyLog(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace vitrine::daemon
