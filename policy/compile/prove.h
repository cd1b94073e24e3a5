// Proof that card rules and evaluator agree, over every packet there can be.
//
// The space of (ingress, VLAN, protocol, both addresses, both ports) is split, at the ends of the
// rules' own ranges, into cells in which no rule of the card and none of the policy, read either
// way, begins or ends before the rule that decides.  All packets of a cell are alike to both sides,
// so one of them is judged by each and compared.  The cells cover the space without a gap: the
// proof is exhaustive for the moment given.  VLANs and protocols that no rule names are alike, too,
// and one of each stands for them.
//
// Covered: what the card decides for unfragmented IP packets, both readings of every TCP packet.
// Not covered: the evaluator's later stages, which the card has no part in.  Up to kReferenceRules
// rules the plain reference evaluator judges, above that the indexed one.
//
// Agreement means: the card does exactly what the policy says, or it is cautious: it punts TCP that
// it could have decided, or drops UDP/443 that could have passed while `quic: block`.
#pragma once

#include <cstdint>
#include <string>

#include "policy/compile/compile.h"
#include "policy/eval/evaluator.h"

namespace vitrine::policy {

constexpr size_t kReferenceRules = 500;

struct Proof {
  bool holds = false;
  bool complete = false;  // false: gave up after max_cells
  size_t cells = 0;
  size_t cautious = 0;         // cells where the card is cautious
  std::string counterexample;  // where it does not hold: the packet, what each says
};

Proof prove_equivalent(const Evaluator& evaluator, const card::RuleGeneration& generation,
                       int64_t wall_ms, size_t max_cells = 5'000'000);

// What the policy makes the card do with a packet without a flow entry.
card::Action required_action(const Evaluator& evaluator, const card::FlowKey& key, int64_t wall_ms);

// The card's side: the first rule that fits, for a whole IP packet.
card::Action first_match(const card::RuleGeneration& generation, const card::FlowKey& key);

}  // namespace vitrine::policy
