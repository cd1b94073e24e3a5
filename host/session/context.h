// What a stage of a flow works with: the services, and the engine's shared tables.
#pragma once

#include "host/session/services.h"
#include "host/session/totals.h"
#include "host/takeover/connection_table.h"
#include "host/takeover/frame_sink.h"

namespace vitrine::session {

struct Context {
  Services services;
  Totals totals;
  takeover::ConnectionTable connections;
  takeover::FrameSink* sink = nullptr;  // the engine's way into the card
};

}  // namespace vitrine::session
