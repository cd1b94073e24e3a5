// What every flow of the session room works with. Borrowed; all of it outlives the engine.
#pragma once

#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>

#include "host/base/clock.h"
#include "host/card/card.h"
#include "host/events/hub.h"
#include "host/inspect/mirror.h"
#include "host/inspect/transaction.h"
#include "host/session/active_policy.h"
#include "host/session/config.h"
#include "host/session/flow.h"
#include "host/signer/leaf_forge.h"
#include "host/takeover/stack.h"
#include "host/tls/leg_factory.h"
#include "host/trust/verifier.h"

namespace vitrine::session {

struct Services {
  boost::asio::io_context& io;
  const Clock& clock;
  card::Card& card;
  takeover::Stack& stack;
  tls::LegFactory& legs;
  trust::Verifier& verifier;
  signer::LeafForge& forge;
  events::EventHub& hub;
  PolicyPtr policy;  // the one to begin with; Engine::adopt() puts another in its place
  Config config;
  // In place of the policy's access rules for the content of decrypted connections. Gives null
  // where none needs it. Called when the server's certificate is known.
  std::function<std::unique_ptr<inspect::AccessJudge>(const FlowFacts&)> http_judge = {};
  inspect::MirrorHub* mirror = nullptr;  // null: nobody can ask for decrypted traffic
};

}  // namespace vitrine::session
