// The seam to the running appliance: a configuration, compiled and proved, with its version.
//
// host/config owns which text is in force; the appliance is told as a whole, by one call of Apply,
// at start and on every commit, rollback and expiry of an unconfirmed commit.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "host/base/status.h"
#include "host/card/types.h"
#include "host/config/configuration.h"
#include "policy/eval/evaluator.h"
#include "policy/lang/rulebook.h"

namespace vitrine::config {

// Immutable once made; shared by pointer. Whoever holds it may keep it.
struct ActiveConfiguration {
  uint32_t version = 0;         // on every event from now on
  Configuration configuration;  // text, the files that it names, certificates
  std::shared_ptr<const policy::Rulebook> book;
  std::shared_ptr<const policy::Evaluator> evaluator;  // keeps the book
  // For the moment of the commit. Where the policy has times of day, policy::next_change() says
  // until when; making them again (policy::compile_rulebook) is then the receiver's.
  card::RuleGeneration rules;
};

// Puts it in force: rules on the card, evaluator and version in the session room, certificates in
// the trust store. All or nothing: after an error the one before is in force as if nothing had been
// asked. Called at start by the thread that starts the appliance, later by the API's.
using Apply = std::function<Status(std::shared_ptr<const ActiveConfiguration>)>;

}  // namespace vitrine::config
