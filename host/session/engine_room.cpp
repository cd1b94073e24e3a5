// What gives way where a table or budget of the engine is full.
//
// The oldest goes: a connection that gets on leaves its table by itself within moments, so what has
// been there longest is most likely there to fill it.
#include "host/session/engine.h"
#include "host/session/engine_flow.h"

namespace vitrine::session {

void Engine::note_holding(const FlowPtr& flow) {
  const bool holds = flow->opening()->held() != nullptr;
  if (holds && !flow->holding) {
    flow->holding_position = holding_.insert(holding_.end(), flow);
  } else if (!holds && flow->holding) {
    holding_.erase(flow->holding_position);
  }
  flow->holding = holds;
}

// Resets the connection whose unfinished hello has been held longest. False where that is
// `newcomer` itself, or nobody holds anything.
bool Engine::make_room_for_hello(const FlowPtr& newcomer) {
  if (holding_.empty() || holding_.front() == newcomer) {
    return false;
  }
  const FlowPtr oldest = holding_.front();
  no_room_for_hello(oldest);
  return true;
}

void Engine::no_room_for_hello(const FlowPtr& flow) {
  context_.totals.add(Count::kHellosEvicted);
  const Failure failure{events::Leg::kClient,
                        events::Cause::kResourceLimit,
                        "",
                        "unfinished ClientHellos took all the memory that there is for them",
                        {}};
  publish_abort(context_.services.hub, flow->opening()->facts(), failure, nullptr, nullptr);
  refuse(flow);
}

// Its next packet is one of a connection whose SYN was not seen.
bool Engine::forget_oldest_bypass() {
  const std::list<FlowPtr>& bypasses = host_bypasses_.empty() ? card_bypasses_ : host_bypasses_;
  if (bypasses.empty()) {
    return false;
  }
  const FlowPtr oldest = bypasses.front();
  context_.totals.add(Count::kBypassesEvicted);
  if (const card::FlowId id = oldest->facts().card_flow; id != 0) {
    (void)context_.services.card.remove(id);
  }
  remove(oldest);
  return true;
}

// The oldest forwarded connection goes on through the host.
bool Engine::make_room_on_card() {
  if (card_bypasses_.empty()) {
    return false;
  }
  const FlowPtr flow = card_bypasses_.front();
  FlowFacts& facts = flow->bypass()->facts();
  if (!context_.services.card.remove(facts.card_flow)) {
    return false;
  }
  context_.totals.add(Count::kBypassesDemoted);
  by_card_flow_.erase(facts.card_flow);
  facts.card_flow = 0;
  flow->last_packet_ns = now();
  host_bypasses_.splice(host_bypasses_.end(), card_bypasses_, flow->position);
  return true;
}

}  // namespace vitrine::session
