#include "host/events/rotating_file.h"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace vitrine::events {

Result<std::unique_ptr<RotatingFile>> RotatingFile::open(std::string path, uint64_t max_bytes,
                                                         unsigned kept) {
  std::unique_ptr<RotatingFile> file(new RotatingFile(std::move(path), max_bytes, kept));
  if (Status status = file->reopen(); !status) {
    return status;
  }
  return file;
}

Status RotatingFile::reopen() {
  UniqueFd fd(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640));
  if (!fd.valid()) {
    return Status::from_errno(path_, errno);
  }
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) {
    return Status::from_errno(path_, errno);
  }
  if (!S_ISREG(info.st_mode)) {
    return {Code::kInvalidArgument, path_ + ": not a regular file"};
  }
  fd_ = std::move(fd);
  size_ = static_cast<uint64_t>(info.st_size);
  torn_ = false;
  return Status::ok();
}

Status RotatingFile::rotate() {
  for (unsigned i = kept_; i > 0; --i) {
    const std::string from = i == 1 ? path_ : fmt::format("{}.{}", path_, i - 1);
    const std::string to = fmt::format("{}.{}", path_, i);
    if (std::rename(from.c_str(), to.c_str()) != 0 && errno != ENOENT) {
      return Status::from_errno(to, errno);
    }
  }
  if (kept_ == 0 && ::unlink(path_.c_str()) != 0 && errno != ENOENT) {
    return Status::from_errno(path_, errno);
  }
  return reopen();
}

Status RotatingFile::append(std::string_view lines) {
  if (size_ > 0 && size_ + lines.size() > max_bytes_) {
    if (Status status = rotate(); !status) {
      return status;
    }
  }
  std::string joined;
  if (torn_) {  // a line that was cut short must not swallow this one
    joined = fmt::format("\n{}", lines);
    lines = joined;
  }
  while (!lines.empty()) {
    const ssize_t written = ::write(fd_.get(), lines.data(), lines.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      return Status::from_errno(path_, errno);
    }
    size_ += static_cast<uint64_t>(written);
    torn_ = lines[static_cast<size_t>(written) - 1] != '\n';
    lines.remove_prefix(static_cast<size_t>(written));
  }
  return Status::ok();
}

}  // namespace vitrine::events
