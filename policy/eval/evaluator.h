// The evaluator that runs: both lists behind their indexes, the same answers as the reference.
//
// Ownership: keeps the rulebook; immutable.  Threads: any.  Allocates nothing where server names
// are short (the standard library's small strings).
#pragma once

#include <memory>

#include "policy/eval/rule_index.h"

namespace vitrine::policy {

class Evaluator {
 public:
  explicit Evaluator(std::shared_ptr<const Rulebook> book);
  Decided decide(const Facts& facts) const;
  const Rulebook& book() const { return *book_; }
  size_t bytes() const { return decryption_.bytes() + access_.bytes(); }

 private:
  std::shared_ptr<const Rulebook> book_;
  std::vector<AddressSet> subjects_;
  RuleIndex decryption_;
  RuleIndex access_;
};

}  // namespace vitrine::policy
