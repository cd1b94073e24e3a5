#include "host/cli/files.h"

#include <array>
#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/base/unique_fd.h"

namespace vitrine::cli {
namespace {

Result<std::string> read_all(int fd, const std::string& path, size_t most) {
  std::string text;
  std::array<char, 65536> part{};
  while (true) {
    const ssize_t got = ::read(fd, part.data(), part.size());
    if (got == 0) {
      return text;
    }
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return Status::from_errno(path, errno);
    }
    text.append(part.data(), static_cast<size_t>(got));
    if (text.size() > most) {
      return Status(Code::kExhausted,
                    path + ": larger than " + std::to_string(most >> 20) + " MiB");
    }
  }
}

}  // namespace

Result<std::string> read_file(const std::string& path, size_t most) {
  if (path == "-") {
    return read_all(STDIN_FILENO, "standard input", most);
  }
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) {
    return Status::from_errno(path, errno);
  }
  return read_all(file.get(), path, most);
}

Status write_file(const std::string& path, std::string_view text) {
  std::string aside = path + ".XXXXXX";
  const UniqueFd file(::mkostemp(aside.data(), O_CLOEXEC));
  if (!file.valid()) {
    return Status::from_errno(path, errno);
  }
  Status status = Status::ok();
  while (status && !text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      status = Status::from_errno(path, errno);
    }
  }
  if (status &&
      (::fchmod(file.get(), 0644) != 0 || std::rename(aside.c_str(), path.c_str()) != 0)) {
    status = Status::from_errno(path, errno);
  }
  if (!status) {
    ::unlink(aside.c_str());
  }
  return status;
}

}  // namespace vitrine::cli
