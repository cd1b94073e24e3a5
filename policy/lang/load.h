// From the text of a policy to a rulebook, or to what is wrong with it.
//
// The language is documented in policy/README.md and vitrine-policy(5).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/status.h"
#include "policy/lang/diagnostic.h"
#include "policy/lang/rulebook.h"

namespace vitrine::policy {

// Reads a file that the policy names (categories, user tables), by the name that stands there.
using FileReader = std::function<Result<std::string>(const std::string& name)>;

struct Loaded {
  std::shared_ptr<const Rulebook> book;  // null where there are errors
  std::vector<Diagnostic> problems;
};

// `file`: what diagnostics call the text.
Loaded load_rulebook(std::string_view text, const std::string& file, const FileReader& read_file);

// Reads named files from the folder of `path`; names that leave it ("../", "/") are refused.
FileReader files_beside(const std::string& path);

}  // namespace vitrine::policy
