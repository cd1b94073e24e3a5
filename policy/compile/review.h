// What an operator should know of a policy that is correct: rules that never decide, rules that
// change nothing, rules whose order matters, objects that nobody uses.
//
//   shadowed-rule      warning  every packet of it goes to rules above, with another outcome
//   redundant-rule     warning  without it nothing would change
//   conflicting-rules  note     two rules share packets with different outcomes; the order decides
//   unused-object      note     named, and used by no rule
//   needs-decryption   warning  an access rule asks for HTTP, but no rule decrypts
//
// A rule is compared with each one above it, and with the rules above it together, where they
// differ in connection conditions.  Conditions beyond the connection count as covering where they
// are equal or plainly wider (domain patterns, TLS versions).
#pragma once

#include <string>
#include <vector>

#include "policy/lang/diagnostic.h"
#include "policy/lang/rulebook.h"

namespace vitrine::policy {

constexpr size_t kMaxConflicts = 100;  // notes; more are counted in the last

std::vector<Diagnostic> review(const Rulebook& book, const std::string& file);

}  // namespace vitrine::policy
