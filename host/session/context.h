// What a stage of a flow works with: the services, and the engine's shared tables.
#pragma once

#include <functional>
#include <utility>

#include "host/inspect/tap_stream.h"
#include "host/session/failure.h"
#include "host/session/flow.h"
#include "host/session/known_certificates.h"
#include "host/session/services.h"
#include "host/session/totals.h"
#include "host/takeover/connection_table.h"
#include "host/takeover/frame_sink.h"
#include "host/wire/hold_budget.h"

namespace vitrine::session {

struct Context {
  Context(Services given, takeover::FrameSink& frames)
      : services(std::move(given)),
        held_hellos(services.config.max_held_hello_bytes),
        tap_budget(services.config.max_tap_bytes),
        sink(&frames) {}

  Services services;
  Totals totals;
  takeover::ConnectionTable connections;
  wire::HoldBudget held_hellos;  // of openings and of what is delivered for bypassed connections
  inspect::TapBudget tap_budget;
  KnownCertificates certificates;
  takeover::FrameSink* sink;  // the engine's way into the card
  // Makes room in the card's table for a connection that needs it more; false where there is none
  // to be made.
  std::function<bool()> make_room_on_card;
  // A handshake failed: it may show that the server cannot be decrypted.
  std::function<void(const FlowFacts&, const Failure&)> on_failed_handshake;
};

}  // namespace vitrine::session
