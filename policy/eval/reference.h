// The reference evaluator: every rule in order, no index.  Slow and plain; everything else is
// compared with it.
#pragma once

#include "policy/eval/decision.h"

namespace vitrine::policy {

// REQUIRES: the strings of `facts` are normalised as facts.h says.
Decided decide_reference(const Rulebook& book, const Facts& facts);

}  // namespace vitrine::policy
