// The policy in the engine: what is denied, what is no TCP segment, and how a new policy takes the
// place of the old one.
#include <utility>

#include "host/session/datagram.h"
#include "host/session/engine.h"
#include "host/session/engine_flow.h"
#include "host/session/fragment_rule.h"
#include "host/session/judge.h"
#include "policy/compile/compile.h"

namespace vitrine::session {
namespace {

// Whether a connection that is treated so may go on under the new decision.
bool may_go_on(const FlowFacts& facts, const BypassStage* bypass, const policy::Decided& decided) {
  switch (decided.ruling) {
    case policy::Ruling::kDeny:
      return false;
    case policy::Ruling::kDoNotDecrypt:
      return bypass != nullptr;
    case policy::Ruling::kDecrypt:
      return bypass != nullptr ? bypass->reason() != BypassReason::kPolicy
                               : decided.decrypt == facts.decrypt;
    case policy::Ruling::kNeedMore:
      if (facts.certificate_pending) {
        return true;
      }
      // Of a bypassed connection the certificate was never seen.
      return bypass != nullptr && bypass->reason() != BypassReason::kPolicy;
  }
  return false;
}

}  // namespace

void Engine::deny(const FlowFacts& facts, events::Cause cause) {
  context_.totals.add(Count::kDenied);
  if (denials_.admit(facts.key, now())) {
    publish_denied(context_.services.hub, facts, cause);
  } else {
    context_.totals.add(Count::kDenialsNotTold);
  }
}

// Punted because the policy denies it, to be told; or by the rules of a moment ago.
void Engine::on_other_protocol(const card::Punt& punt) {
  const auto datagram = parse_datagram(punt.frame, punt.meta.port);
  if (!datagram || datagram->key.protocol == policy::kTcp) {
    context_.totals.add(Count::kUnparsable);
    return;
  }
  if (may_pass(datagram->key)) {
    (void)inject(card::InjectAs::kEgress, {opposite(punt.meta.port), punt.meta.segment_size},
                 punt.frame);
  }
}

bool Engine::may_pass(const card::FlowKey& key) {
  FlowFacts facts;
  facts.key = key;
  facts.known = policy::Knowledge::never();
  const policy::Decided decided = judge(*context_.services.policy, facts, wall_ms());
  if (decided.ruling != policy::Ruling::kDeny) {
    return true;
  }
  note_decision(*context_.services.policy, decided, facts);
  deny(facts);
  return false;
}

void Engine::on_unclassified(const card::Punt& punt) {
  const auto datagram = parse_datagram(punt.frame, punt.meta.port);
  // Without ports nothing can be said of a later fragment; the first one decides for all.
  const bool pass = may_pass_unclassified(punt.frame, false) && datagram.has_value() &&
                    (!datagram->has_ports || may_pass(datagram->key));
  context_.totals.add(pass ? Count::kFragmentsPassed : Count::kFragmentsDropped);
  if (pass) {
    (void)inject(card::InjectAs::kEgress, {opposite(punt.meta.port), punt.meta.segment_size},
                 punt.frame);
  }
}

bool Engine::may_leave_alone(policy::Undecryptable cause) const {
  return context_.services.policy->book().undecryptable.actions[static_cast<size_t>(cause)] ==
         policy::DecryptAction::kDoNotDecrypt;
}

// The policy says decrypt; what cannot be is left alone where the policy says that, too.
void Engine::decrypt(const FlowPtr& flow) {
  const tls::ClientHello& hello = flow->opening()->hello();
  const tls::LegFactory& legs = context_.services.legs;
  if (const Status offer = legs.check_offer(hello); !offer) {
    const auto cause = legs.refusal_alert(hello) == tls::Alert::kProtocolVersion
                           ? policy::Undecryptable::kUnsupportedVersion
                           : policy::Undecryptable::kUnsupportedSuite;
    if (may_leave_alone(cause)) {
      bypass(flow, BypassReason::kUndecryptable, offer.message());
      return;
    }
  }
  const auto excluded = exclusions_.find(flow->opening()->facts(), now());
  if (excluded && may_leave_alone(*excluded)) {
    bypass(flow, BypassReason::kUndecryptable,
           "excluded: " + std::string(policy::kUndecryptableNames[static_cast<size_t>(*excluded)]));
    return;
  }
  inspect(flow, flow->opening()->take_hello());
}

void Engine::note_failure(const FlowFacts& flow, const Failure& failure) {
  const auto cause = undecryptable(failure);
  if (!cause || !may_leave_alone(*cause) ||
      !exclusions_.note(flow, *cause, context_.services.policy->book().undecryptable, now())) {
    return;
  }
  context_.totals.add(Count::kExcluded);
  events::Event event = base_event(flow, events::EventType::kSystem);
  event.inspection.cause = failure.cause;
  event.inspection.message =
      "left alone from now on: " +
      (flow.server_name.empty() ? flow.server().to_string() : flow.server_name) + ", " +
      std::string(policy::kUndecryptableNames[static_cast<size_t>(*cause)]) +
      " (`vitrine exclusions list`)";
  context_.services.hub.publish(std::move(event));
}

std::vector<api::ExclusionRow> Engine::exclusions() const {
  std::vector<api::ExclusionRow> rows;
  for (const Exclusion& entry : exclusions_.list(now())) {
    rows.push_back({entry.client ? entry.client->to_string() : "any", entry.server.to_string(),
                    entry.server_name,
                    std::string(policy::kUndecryptableNames[static_cast<size_t>(entry.cause)]),
                    entry.failures, (entry.until_ns - now()) / kMs / 1000});
  }
  return rows;
}

Status Engine::adopt(PolicyPtr next, const card::RuleGeneration& rules) {
  if (Status loaded = context_.services.card.load_rules(rules); !loaded) {
    return loaded;
  }
  context_.services.policy = std::move(next);
  next_change_ms_ = policy::next_change(context_.services.policy->book(), wall_ms());
  reevaluate();
  return Status::ok();
}

// Times of day: the same policy says something else from now on.
void Engine::follow_schedule() {
  if (next_change_ms_ < 0 || wall_ms() < next_change_ms_) {
    return;
  }
  const auto rules = card_rules(*context_.services.policy, wall_ms());
  if (!rules || !adopt(context_.services.policy, *rules)) {
    context_.totals.add(Count::kRulesFailed);
    next_change_ms_ = wall_ms() + 1000;
  }
}

void Engine::reevaluate() {
  const ActivePolicy& active = *context_.services.policy;
  std::vector<FlowPtr> flows;
  for (const auto& [id, flow] : by_id_) {
    flows.push_back(flow);
  }
  for (const FlowPtr& flow : flows) {
    if (flow->opening() != nullptr) {
      continue;  // its decision comes, by the new policy
    }
    const FlowFacts& facts = flow->facts();
    const policy::Decided decided = judge(active, facts, wall_ms());
    if (may_go_on(facts, flow->bypass(), decided) &&
        (flow->inspection() == nullptr || flow->inspection()->renew_rules())) {
      note_decision(active, decided, flow->mutable_facts());
    } else if (active.book().live == policy::LiveMode::kClose) {
      note_decision(active, decided, flow->mutable_facts());
      close_by_policy(flow);
    }
  }
  context_.services.card.flush();
}

// REQUIRES: the flow's facts say the decision that closes it.
void Engine::close_by_policy(const FlowPtr& flow) {
  context_.totals.add(Count::kClosedByPolicy);
  const FlowFacts& facts = flow->facts();
  const std::string text =
      "configuration version " + std::to_string(facts.configuration_version) + " says otherwise";
  if (Inspection* inspection = flow->inspection()) {
    if (facts.card_flow != 0) {
      end_splice(flow, events::Cause::kPolicyChanged, text);
    } else {
      inspection->kill(events::Cause::kPolicyChanged, text);
      remove(flow);
    }
    return;
  }
  publish_denied(context_.services.hub, facts, events::Cause::kPolicyChanged);
  reset_bypass(flow);
}

// Resets both ends of a let-through connection and forgets it.
void Engine::reset_bypass(const FlowPtr& flow) {
  const FlowFacts& facts = flow->facts();
  card::FlowStats stats = flow->bypass()->seen();
  if (facts.card_flow != 0) {
    if (const auto last = context_.services.card.remove(facts.card_flow)) {
      for (size_t d = 0; d < 2; ++d) {
        if (last->directions[d].packets != 0) {
          stats.directions[d] = last->directions[d];
        }
      }
    }
  }
  send(reset_spliced(facts, stats));
  remove(flow);
}

}  // namespace vitrine::session
