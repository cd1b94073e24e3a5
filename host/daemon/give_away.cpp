#include "host/daemon/give_away.h"

#include <cerrno>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "host/base/unique_fd.h"

namespace vitrine::daemon {
namespace {

constexpr int kMaxDepth = 8;  // the state directory has two levels

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};
using UniqueDirectory = std::unique_ptr<DIR, CloseDirectory>;

class Giver {
 public:
  Giver(const std::string& except, const Owner& owner, dev_t device)
      : except_(except), owner_(owner), device_(device) {}

  // `fd` is of the directory at `path`.
  Status directory(int fd, const std::string& path, int depth) {
    if (depth > kMaxDepth) {
      return {Code::kInvalidArgument, path + " is nested too deeply for a state directory"};
    }
    if (Status given = give(fd, path); !given) {
      return given;
    }
    // A second open of the same directory: reading needs more than an O_PATH descriptor.
    UniqueFd readable(openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const UniqueDirectory entries(readable.valid() ? fdopendir(readable.get()) : nullptr);
    if (entries == nullptr) {
      return Status::from_errno("cannot read " + path, errno);
    }
    (void)readable.release();  // the stream's now
    errno = 0;
    while (const dirent* entry = readdir(entries.get())) {
      const std::string name = entry->d_name;
      if (name == "." || name == ".." || (depth == 0 && name == except_)) {
        continue;
      }
      if (Status given = one(fd, name, path, depth); !given) {
        return given;
      }
      errno = 0;
    }
    return errno == 0 ? Status::ok() : Status::from_errno("cannot read " + path, errno);
  }

 private:
  Status one(int parent, const std::string& name, const std::string& parent_path, int depth) {
    const std::string path = parent_path + "/" + name;
    const UniqueFd fd(openat(parent, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat about {};
    if (!fd.valid() || fstat(fd.get(), &about) != 0) {
      return errno == ENOENT ? Status::ok() : Status::from_errno("cannot look at " + path, errno);
    }
    if (S_ISLNK(about.st_mode) || about.st_dev != device_) {
      return Status::ok();
    }
    if (S_ISDIR(about.st_mode)) {
      return directory(fd.get(), path, depth + 1);
    }
    if (about.st_nlink > 1 && about.st_uid != owner_.user) {
      return {Code::kPermission, path +
                                     " is also a file elsewhere (a hard link), so it is not given "
                                     "to the daemon's user; remove it, or give it by hand"};
    }
    return give(fd.get(), path);
  }

  Status give(int fd, const std::string& path) const {
    if (fchownat(fd, "", owner_.user, owner_.group, AT_EMPTY_PATH) != 0) {
      return Status::from_errno("cannot give " + path + " to the daemon's user", errno);
    }
    return Status::ok();
  }

  const std::string& except_;
  const Owner owner_;
  const dev_t device_;
};

}  // namespace

Status give_tree(const std::string& directory, const std::string& except, const Owner& owner) {
  const UniqueFd fd(open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  struct stat about {};
  if (!fd.valid() || fstat(fd.get(), &about) != 0) {
    return Status::from_errno("cannot open " + directory, errno);
  }
  return Giver(except, owner, about.st_dev).directory(fd.get(), directory, 0);
}

Status make_directory_for(const std::string& directory, const Owner& owner) {
  constexpr mode_t kMode = 0755;
  if (mkdir(directory.c_str(), kMode) != 0) {
    return Status::ok();  // there already; whether it can be used shows when it is used
  }
  const UniqueFd fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat about {};
  if (!fd.valid() || fstat(fd.get(), &about) != 0 || about.st_uid != geteuid() ||
      fchown(fd.get(), owner.user, owner.group) != 0) {
    return Status::from_errno("cannot give " + directory + " to the daemon's user", errno);
  }
  return Status::ok();
}

}  // namespace vitrine::daemon
