// Puts configurations in force in the running appliance: what config::Apply stands for.
//
// Stages: (1) the trust store gets the version's certificates; (2) the card its rules and the
// engine its policy, at once; (3) events of no flow carry the version. Where the card refuses, the
// certificates of before come back and nothing has changed. All of it runs on the session thread,
// between two packets, so that no handshake sees half of two versions.
//
// Threads: apply() is called by the thread that starts the appliance while there is no engine, then
// by the API's. The session thread is waited for kPatience; what it has not begun by then it never
// begins.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>

#include "host/card/card.h"
#include "host/config/active.h"
#include "host/events/hub.h"
#include "host/session/engine.h"
#include "host/trust/trust_store.h"

namespace vitrine::daemon {

class Installer {
 public:
  static constexpr std::chrono::milliseconds kPatience{10'000};

  Installer(boost::asio::io_context& session_io, card::Card& card, trust::TrustStore& trust,
            events::EventHub& hub, std::chrono::milliseconds patience = kPatience)
      : session_io_(session_io), card_(card), trust_(trust), hub_(hub), patience_(patience) {}

  // kUnavailable where the session thread does not run, else what the card or the store says.
  Status apply(std::shared_ptr<const config::ActiveConfiguration> next);
  // Gives the engine what is in force; from now on the session thread is asked. REQUIRES: apply()
  // has been called.
  Status attach(session::Engine& engine);
  // For the engine to begin with. REQUIRES: as attach().
  session::PolicyPtr policy() const;

 private:
  Status put_in_force(const config::ActiveConfiguration& next);
  Status on_session(std::function<Status()> work);

  boost::asio::io_context& session_io_;
  card::Card& card_;
  trust::TrustStore& trust_;
  events::EventHub& hub_;
  const std::chrono::milliseconds patience_;
  session::Engine* engine_ = nullptr;
  std::shared_ptr<const config::ActiveConfiguration> current_;
};

}  // namespace vitrine::daemon
