// A policy and the files that it names, from a folder on disk into what a configuration holds.
#pragma once

#include <map>
#include <string>

#include "host/base/status.h"

namespace vitrine::config {

struct PolicyFile {
  std::string text;
  std::map<std::string, std::string> files;  // by the names that stand in the text
};

// Reads `path` and, beside it, what it names. kNotFound where it cannot be read; what is wrong with
// the policy, a named file that is missing too, is the check's affair.
Result<PolicyFile> read_policy_file(const std::string& path);
// The same for a text that was read already; `path` says where the files lie.
PolicyFile with_files(std::string text, const std::string& path);

}  // namespace vitrine::config
