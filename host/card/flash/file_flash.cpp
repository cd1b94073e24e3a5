#include "host/card/flash/file_flash.h"

#include <array>
#include <cassert>
#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace vitrine::card::flash {
namespace {

bool is_flash_size(uint64_t size) { return size >= 4 * kSector && size % (2 * kSector) == 0; }

Status lock(const UniqueFd& fd, const std::string& path) {
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) {
    return Status::ok();
  }
  return errno == EWOULDBLOCK
             ? Status(Code::kUnavailable, path + " is in use; try again when that has ended")
             : Status::from_errno("cannot lock " + path, errno);
}

}  // namespace

Result<std::unique_ptr<FileFlash>> FileFlash::create(const std::string& path, uint64_t size) {
  if (!is_flash_size(size)) {
    return {Code::kInvalidArgument,
            fmt::format("a flash of {} bytes: must be a multiple of {}, and at least {}", size,
                        2 * kSector, 4 * kSector)};
  }
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!fd.valid()) {
    return Status::from_errno("cannot make " + path, errno);
  }
  if (Status locked = lock(fd, path); !locked) {
    return locked;
  }
  std::unique_ptr<FileFlash> made(new FileFlash(std::move(fd), path, size));
  for (uint64_t offset = 0; offset < size; offset += kSector) {
    if (Status erased = made->erase_sector(offset); !erased) {
      ::unlink(path.c_str());
      return erased;
    }
  }
  return made;
}

Result<std::unique_ptr<FileFlash>> FileFlash::open(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  struct stat about {};
  if (!fd.valid() || ::fstat(fd.get(), &about) != 0) {
    return Status::from_errno("cannot open " + path, errno);
  }
  if (!S_ISREG(about.st_mode) || !is_flash_size(static_cast<uint64_t>(about.st_size))) {
    return {Code::kInvalidArgument,
            path + " is no simulated card; `vitrine card create` makes one"};
  }
  if (Status locked = lock(fd, path); !locked) {
    return locked;
  }
  return std::unique_ptr<FileFlash>(
      new FileFlash(std::move(fd), path, static_cast<uint64_t>(about.st_size)));
}

Status FileFlash::read(uint64_t offset, MutableBytes into) {
  assert(offset + into.size() <= size_);
  while (!into.empty()) {
    const ssize_t got = ::pread(fd_.get(), into.data(), into.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return Status::from_errno("cannot read " + path_, got < 0 ? errno : EIO);
    }
    into = into.subspan(static_cast<size_t>(got));
    offset += static_cast<uint64_t>(got);
  }
  return Status::ok();
}

Status FileFlash::write(uint64_t offset, Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) {
      continue;
    }
    if (put <= 0) {
      return Status::from_errno("cannot write " + path_, put < 0 ? errno : EIO);
    }
    bytes = bytes.subspan(static_cast<size_t>(put));
    offset += static_cast<uint64_t>(put);
  }
  return Status::ok();
}

Status FileFlash::erase_sector(uint64_t offset) {
  assert(offset % kSector == 0 && offset < size_);
  static const std::vector<uint8_t> kBlank(kSector, kErased);
  return write(offset, kBlank);
}

Status FileFlash::program(uint64_t offset, Bytes bytes) {
  assert(!bytes.empty() && offset / kPage == (offset + bytes.size() - 1) / kPage);
  std::array<uint8_t, kPage> page{};
  const MutableBytes now = MutableBytes(page).first(bytes.size());
  if (Status got = read(offset, now); !got) {
    return got;
  }
  for (size_t i = 0; i < bytes.size(); ++i) {
    now[i] &= bytes[i];
  }
  return write(offset, now);
}

}  // namespace vitrine::card::flash
