// The simulated card's flash: a file, with the chip's rules.
#pragma once

#include <memory>
#include <string>

#include "host/base/unique_fd.h"
#include "host/card/flash/flash.h"

namespace vitrine::card::flash {

class FileFlash : public Flash {
 public:
  // An erased flash in a new file. kAlreadyExists where there is one; `size` as Flash says.
  static Result<std::unique_ptr<FileFlash>> create(const std::string& path, uint64_t size);
  // Locked for this process as long as the object lives: kUnavailable where another has it.
  static Result<std::unique_ptr<FileFlash>> open(const std::string& path);

  uint64_t size() const override { return size_; }
  Status read(uint64_t offset, MutableBytes into) override;
  Status erase_sector(uint64_t offset) override;
  Status program(uint64_t offset, Bytes bytes) override;

 private:
  FileFlash(UniqueFd fd, std::string path, uint64_t size)
      : fd_(std::move(fd)), path_(std::move(path)), size_(size) {}
  Status write(uint64_t offset, Bytes bytes);

  UniqueFd fd_;
  const std::string path_;
  const uint64_t size_;
};

}  // namespace vitrine::card::flash
