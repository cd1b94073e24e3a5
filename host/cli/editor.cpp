// A text through the user's editor: a file of their own, and the program that they named.
#include <cerrno>
#include <cstdlib>

#include <sys/wait.h>
#include <unistd.h>

#include "host/base/unique_fd.h"
#include "host/cli/config_commands.h"
#include "host/cli/files.h"
#include "host/config/configuration.h"

namespace vitrine::cli {
namespace {

std::string editor() {
  for (const char* name : {"VISUAL", "EDITOR"}) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
    if (value != nullptr && *value != '\0') {
      return value;
    }
  }
  return "vi";
}

Status run_editor(const std::string& file) {
  // The editor may be several words; the file is its last argument, whatever is in its name.
  const std::string command = editor() + " \"$1\"";
  const pid_t child = fork();
  if (child < 0) {
    return Status::from_errno("cannot start an editor", errno);
  }
  if (child == 0) {
    execl("/bin/sh", "sh", "-c", command.c_str(), "sh", file.c_str(), nullptr);
    _exit(127);
  }
  int ended = 0;
  while (waitpid(child, &ended, 0) < 0) {
    if (errno != EINTR) {
      return Status::from_errno("cannot wait for the editor", errno);
    }
  }
  return WIFEXITED(ended) && WEXITSTATUS(ended) == 0
             ? Status::ok()
             : Status(Code::kUnavailable, "the editor '" + editor() +
                                              "' failed: nothing was changed; name another with "
                                              "EDITOR");
}

}  // namespace

Result<std::string> edit_text(const std::string& text) {
  std::string name = "/tmp/vitrine-policy-XXXXXX.yaml";
  const UniqueFd fd(mkstemps(name.data(), 5));
  if (!fd.valid()) {
    return Status::from_errno("cannot make " + name, errno);
  }
  Status done = write_file(name, text);
  if (done) {
    done = run_editor(name);
  }
  auto edited = done ? read_file(name, config::kMaxPolicyBytes) : Result<std::string>(done);
  (void)unlink(name.c_str());
  return edited;
}

}  // namespace vitrine::cli
