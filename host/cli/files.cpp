#include "host/cli/files.h"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "host/base/bytes.h"
#include "host/base/unique_fd.h"
#include "host/base/whole_file.h"

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
  return write_whole_file(path, as_bytes(text), 0644);
}

}  // namespace vitrine::cli
