// Where the policy comes from while no configuration store gives one: the file of --policy, else a
// text made from --bypass and --block-quic.
#pragma once

#include "host/daemon/options.h"
#include "host/session/active_policy.h"

namespace vitrine::daemon {

struct SourcedPolicy {
  session::PolicyPtr active;
  card::RuleGeneration rules;
};

// kInvalidArgument with every error of the text, a line each; kExhausted where the card has not
// enough rules.
Result<SourcedPolicy> read_policy(const Options& options, uint32_t version, int64_t wall_ms);

}  // namespace vitrine::daemon
