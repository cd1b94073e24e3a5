// A connection that is let through: held frames go on, the card forwards the rest.
//
// Where the host had to acknowledge part of a large hello, it keeps sending that part until the
// server has it (wire::HelloKeeper); only then is the forward entry installed.
#pragma once

#include <memory>

#include "host/session/flow.h"
#include "host/wire/hello_keeper.h"

namespace vitrine::session {

class BypassStage {
 public:
  BypassStage(FlowFacts facts, std::unique_ptr<wire::HelloKeeper> keeper)
      : facts_(std::move(facts)), keeper_(std::move(keeper)) {
    facts_.state = api::FlowState::kBypassed;
  }

  FlowFacts& facts() { return facts_; }
  const FlowFacts& facts() const { return facts_; }
  // Null where nothing was acknowledged early, or the server has it.
  wire::HelloKeeper* keeper() { return keeper_.get(); }
  void keeper_done() { keeper_.reset(); }

 private:
  FlowFacts facts_;
  std::unique_ptr<wire::HelloKeeper> keeper_;
};

}  // namespace vitrine::session
