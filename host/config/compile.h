// From a configuration to what the appliance runs by, or to what is wrong with it.
//
// The policy is read, reviewed, compiled to card rules and proved (policy/compile/check.h), and the
// certificates are parsed: what passes here only the card itself can still refuse. Takes as long as
// the proof: under a second for 10,000 rules and one state of the times of day.
#pragma once

#include <memory>
#include <vector>

#include "host/config/active.h"
#include "policy/compile/check.h"

namespace vitrine::config {

struct Compiled {
  std::shared_ptr<const ActiveConfiguration> active;  // null: not usable
  std::vector<policy::Diagnostic> problems;           // warnings and notes too
  size_t rules = 0;                                   // of all three lists
  size_t card_rules = 0;                              // for the moment given

  // The first error, in a line; REQUIRES: active is null.
  Status status() const;
};

// `wall_ms`: the moment for which the card's rules are made.
Compiled compile(const Configuration& configuration, uint32_t version, int64_t wall_ms);

}  // namespace vitrine::config
