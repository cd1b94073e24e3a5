// A connection that is let through: held frames go on, the card forwards the rest.
//
// Where the host had to acknowledge part of a large hello, it keeps sending that part until the
// server has it (wire::HelloKeeper); only then is the forward entry installed.
#pragma once

#include <memory>

#include "host/session/flow.h"
#include "host/wire/hello_keeper.h"

namespace vitrine::session {

enum class BypassReason : uint8_t {
  kPolicy,         // do not decrypt
  kNotTls,         // there is nothing to decrypt
  kUndecryptable,  // it cannot be decrypted, and the policy leaves such alone
};

class BypassStage {
 public:
  BypassStage(FlowFacts facts, BypassReason reason, std::unique_ptr<wire::HelloKeeper> keeper,
              uint32_t idle_timeout_ms)
      : facts_(std::move(facts)),
        reason_(reason),
        keeper_(std::move(keeper)),
        idle_timeout_ms_(idle_timeout_ms) {
    facts_.state = api::FlowState::kBypassed;
  }

  FlowFacts& facts() { return facts_; }
  const FlowFacts& facts() const { return facts_; }
  BypassReason reason() const { return reason_; }
  // Null where nothing was acknowledged early, or the server has it.
  wire::HelloKeeper* keeper() { return keeper_.get(); }
  void keeper_done() { keeper_.reset(); }
  uint32_t idle_timeout_ms() const { return idle_timeout_ms_; }

  // Where both ends stand, from packets that went through the host: what a reset needs.
  void note(const wire::TcpPacket& packet);
  // The same from the opening, before any such packet.
  void begin_at(const wire::Opening& opening, uint32_t client_next_sequence);
  const card::FlowStats& seen() const { return seen_; }

 private:
  FlowFacts facts_;
  BypassReason reason_;
  std::unique_ptr<wire::HelloKeeper> keeper_;
  uint32_t idle_timeout_ms_;
  card::FlowStats seen_;
};

}  // namespace vitrine::session
