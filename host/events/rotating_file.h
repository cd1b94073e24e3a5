// An append-only text file that rotates by size: NAME, NAME.1 (the newest old one) … NAME.KEPT.
//
// Mode 0640; a symbolic link in the file's place is refused. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "host/base/status.h"
#include "host/base/unique_fd.h"

namespace vitrine::events {

class RotatingFile {
 public:
  static Result<std::unique_ptr<RotatingFile>> open(std::string path, uint64_t max_bytes,
                                                    unsigned kept);

  // Whole lines, each with its newline. Rotates first where they would make the file exceed its
  // limit.
  Status append(std::string_view lines);
  // Opens the file anew by its name, which may be a new file by now.
  Status reopen();

  uint64_t size() const { return size_; }

 private:
  RotatingFile(std::string path, uint64_t max_bytes, unsigned kept)
      : path_(std::move(path)), max_bytes_(max_bytes), kept_(kept) {}
  Status rotate();

  std::string path_;
  uint64_t max_bytes_;
  unsigned kept_;
  UniqueFd fd_;
  uint64_t size_ = 0;
  bool torn_ = false;  // the last write stopped inside a line
};

}  // namespace vitrine::events
