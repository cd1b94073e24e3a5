#include "host/config/policy_file.h"

#include <fstream>
#include <sstream>
#include <utility>

#include "policy/lang/load.h"

namespace vitrine::config {

PolicyFile with_files(std::string text, const std::string& path) {
  PolicyFile out{std::move(text), {}};
  const policy::FileReader beside = policy::files_beside(path);
  (void)policy::load_rulebook(out.text, path, [&](const std::string& name) {
    auto read = beside(name);
    if (read) {
      out.files.insert_or_assign(name, *read);
    }
    return read;
  });
  return out;
}

Result<PolicyFile> read_policy_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  if (!file || !(text << file.rdbuf())) {
    return Status(Code::kNotFound, "cannot read " + path);
  }
  return with_files(text.str(), path);
}

}  // namespace vitrine::config
