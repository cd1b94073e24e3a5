#include "host/base/whole_file.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/base/unique_fd.h"

namespace vitrine {
namespace {

bool write_all(int fd, Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno != EINTR) {
      return false;
    }
    bytes = bytes.subspan(n > 0 ? static_cast<size_t>(n) : 0);
  }
  return true;
}

}  // namespace

Status write_whole_file(const std::string& path, Bytes bytes, mode_t mode) {
  std::string aside = path + ".new-XXXXXX";
  const UniqueFd fd(::mkostemp(aside.data(), O_CLOEXEC));
  if (!fd.valid()) {
    return Status::from_errno("cannot write " + path, errno);
  }
  if (write_all(fd.get(), bytes) && ::fchmod(fd.get(), mode) == 0 && ::fsync(fd.get()) == 0 &&
      ::rename(aside.c_str(), path.c_str()) == 0) {
    return Status::ok();
  }
  Status status = Status::from_errno("cannot write " + path, errno);
  ::unlink(aside.c_str());
  return status;
}

Status sync_directory(const std::string& directory) {
  const UniqueFd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid() || ::fsync(fd.get()) != 0) {
    return Status::from_errno("cannot sync " + directory, errno);
  }
  return Status::ok();
}

}  // namespace vitrine
