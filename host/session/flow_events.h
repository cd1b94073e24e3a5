// Events and log lines of a connection.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "host/card/types.h"
#include "host/events/hub.h"
#include "host/session/failure.h"
#include "host/session/flow.h"
#include "host/tls/leg.h"

namespace vitrine::session {

// Addresses, names, rule, version: what every event of the flow says.
events::Event base_event(const FlowFacts& facts, events::EventType type);

// The TLS Abort event and its lines in tls_proxy.log. `server` and `client` are the legs as far as
// they exist.
void publish_abort(events::EventHub& hub, const FlowFacts& facts, const Failure& failure,
                   const tls::Leg* client, const tls::Leg* server);
void publish_established(events::EventHub& hub, const FlowFacts& facts, const tls::Leg& server);
// `why`: what cannot be decrypted in it; "" where the policy says so.
void publish_bypassed(events::EventHub& hub, const FlowFacts& facts, const std::string& why);
void publish_denied(events::EventHub& hub, const FlowFacts& facts, events::Cause cause);

// The end of a decrypted flow. With card statistics where the card had it.
struct FlowEnd {
  FlowEnd() = default;
  explicit FlowEnd(std::string words, events::Cause why = events::Cause::kNone)
      : text(std::move(words)), cause(why) {}

  std::string text;  // "closed by both ends"
  events::Cause cause = events::Cause::kNone;
  events::EventType type = events::EventType::kTlsClosed;  // kTlsAbort where the flow was killed
  std::optional<card::FlowStats> card;
  uint64_t now_ns = 0;
};
void publish_end(events::EventHub& hub, const FlowFacts& facts, const FlowEnd& end);

// Event type and cause of a spliced flow's close.
FlowEnd end_of_splice(const card::FlowEvent& event);

}  // namespace vitrine::session
