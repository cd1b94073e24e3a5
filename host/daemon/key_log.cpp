#include "host/daemon/key_log.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/uio.h>

namespace vitrine::daemon {

Result<KeyLog> KeyLog::open(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.valid()) {
    return Status::from_errno("cannot open the key log " + path, errno);
  }
  return KeyLog(std::move(fd));
}

void KeyLog::write(std::string_view line) const {
  // One call, so that lines stay whole; no copy of the secret is made here.
  char newline = '\n';
  const iovec parts[] = {{const_cast<char*>(line.data()), line.size()}, {&newline, 1}};
  if (writev(fd_.get(), parts, 2) < 0) {
    return;  // a key log that cannot be written must not stop traffic
  }
}

}  // namespace vitrine::daemon
