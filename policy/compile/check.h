// All that is known of a policy text without a daemon: errors, review, card rules, proof.
//
// What `vitrine policy check` shows, and what a commit requires.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policy/compile/compile.h"
#include "policy/compile/prove.h"
#include "policy/lang/load.h"

namespace vitrine::policy {

struct CheckOptions {
  CardTarget target;
  size_t max_cells = 5'000'000;
};

// One state of the times of day.
struct CheckedState {
  std::string active;  // names of the active times, "" without
  CardRules rules;
  Proof proof;
};

struct CheckReport {
  bool ok = false;  // no error, and every proof holds
  std::vector<Diagnostic> problems;
  std::shared_ptr<const Rulebook> book;  // null where there are errors
  std::shared_ptr<const Evaluator> evaluator;
  std::vector<CheckedState> states;  // one for each combination of active times in the week
};

CheckReport check(std::string_view text, const std::string& file, const FileReader& read_file,
                  const CheckOptions& options);

}  // namespace vitrine::policy
