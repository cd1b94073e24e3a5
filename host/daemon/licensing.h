// Holds the appliance to its licence: decides what server legs may offer, at start, when a licence
// is installed or removed, and when one begins or runs out.
//
// Threads: `session_io`'s for apply() and start(); the rest on the API's.
#pragma once

#include <functional>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "host/api/backend.h"
#include "host/base/clock.h"
#include "host/licence/licence_store.h"
#include "host/tls/leg_factory.h"

namespace vitrine::daemon {

// The leg policy that a licence, or the lack of one, allows.
tls::LegPolicy licensed(tls::LegPolicy policy, const licence::LicenceState& state);

class Licensing {
 public:
  using Tell = std::function<void(std::string message)>;

  // All borrowed. `tell` is called on either thread.
  Licensing(boost::asio::io_context& session_io, const licence::LicenceStore& store,
            tls::LegFactory& legs, const Clock& clock, Tell tell);

  // Looks at the licence now and once a minute from now on.
  void start();
  // Makes new legs follow the licence of now; tells where that changes what is offered.
  void apply();

  api::LicenceReport report() const;
  Result<api::LicenceReport> install(std::string_view text);
  Result<api::LicenceReport> remove();

 private:
  time_t now() const { return clock_.wall_ms() / 1000; }

  boost::asio::io_context& session_io_;
  const licence::LicenceStore& store_;
  tls::LegFactory& legs_;
  const Clock& clock_;
  Tell tell_;
  boost::asio::steady_timer timer_;
};

}  // namespace vitrine::daemon
