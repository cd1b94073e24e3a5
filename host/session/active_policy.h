// The policy in force: one value, made by a commit and never changed; the next commit makes
// another.
//
// Threads: immutable, any. Whoever decided a connection by it may keep it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "host/base/status.h"
#include "host/card/types.h"
#include "policy/eval/evaluator.h"
#include "policy/lang/load.h"

namespace vitrine::session {

struct ActivePolicy {
  uint32_t version = 0;  // of the configuration; on every event
  std::shared_ptr<const policy::Evaluator> evaluator;

  const policy::Rulebook& book() const { return evaluator->book(); }
};
using PolicyPtr = std::shared_ptr<const ActivePolicy>;

// From a text. kInvalidArgument with all that is wrong with it, a line each.
Result<PolicyPtr> make_policy(uint32_t version, std::string_view text, const std::string& file,
                              const policy::FileReader& read_file);

// The card's rules for this moment, as the session wants them: connections and QUIC that the policy
// denies are punted rather than dropped, so that their ends are told and an event says why.
Result<card::RuleGeneration> card_rules(const ActivePolicy& active, int64_t wall_ms);
// The same of rules that a commit has compiled and proved.
card::RuleGeneration tell_of_denials(card::RuleGeneration rules);

}  // namespace vitrine::session
