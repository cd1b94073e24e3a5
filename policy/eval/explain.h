// Which rule decides a connection, and why the ones above it do not.
#pragma once

#include <string>
#include <vector>

#include "policy/eval/decision.h"

namespace vitrine::policy {

struct ExplainedRule {
  std::string list;  // "decryption", "access"
  std::string name;  // "" for the list's default
  int line = 0;      // 0 for the default
  Truth truth = Truth::kTrue;
  bool decides = false;
  std::string action;
  std::string why;  // "destination 192.0.2.1 is not among its own", "server name is not known yet"
};

struct Explanation {
  Decided decided;
  std::string rule;      // of the decision: the rule's name, or "(default)", "quic"
  std::string identity;  // "user alice, by identity rule 'lan'"; "" unknown
  std::vector<ExplainedRule> rules;
};

// REQUIRES: as decide_reference().
Explanation explain(const Rulebook& book, const Facts& facts);

// "decrypt (strict)", "do-not-decrypt", "block"
std::string action_text(const DecryptOutcome& outcome);
std::string action_text(AccessAction action);

}  // namespace vitrine::policy
