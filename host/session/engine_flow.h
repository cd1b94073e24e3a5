// An entry of the engine's map: a connection in one of its stages.
#pragma once

#include <list>
#include <memory>
#include <variant>

#include "host/session/engine.h"

namespace vitrine::session {

struct Engine::Flow {
  std::variant<OpeningStage, BypassStage, std::shared_ptr<Inspection>> stage;
  std::list<FlowPtr>::iterator position;          // in openings_, or in a list of bypasses
  std::list<FlowPtr>::iterator holding_position;  // in holding_, where `holding`
  bool holding = false;
  uint64_t last_packet_ns = 0;
  bool on_host = false;  // counted in Engine::inspections_
  bool busy = false;     // in Engine::busy_

  explicit Flow(OpeningStage opening) : stage(std::move(opening)) {}

  OpeningStage* opening() { return std::get_if<OpeningStage>(&stage); }
  BypassStage* bypass() { return std::get_if<BypassStage>(&stage); }
  Inspection* inspection() {
    auto* held = std::get_if<std::shared_ptr<Inspection>>(&stage);
    return held == nullptr ? nullptr : held->get();
  }
  const FlowFacts& facts() { return mutable_facts(); }
  FlowFacts& mutable_facts() {
    if (OpeningStage* o = opening()) {
      return o->facts();
    }
    if (BypassStage* b = bypass()) {
      return b->facts();
    }
    return inspection()->mutable_facts();
  }
};

}  // namespace vitrine::session
