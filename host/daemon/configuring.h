// The configuration store of the running appliance: what it starts by, and when that changes by
// itself.
//
// STATE/config.db says what is in force. Where it holds nothing yet, --policy, or what --bypass and
// --block-quic stand for, becomes version 1. A file named by --policy goes on to count: at each
// start, and on SIGHUP, its policy is put in force as the next version where it differs from the
// one in force; certificates and the candidate stay. While a commit waits for confirmation the file
// waits, too.
//
// Threads: start() by the thread that starts the appliance; after run() has begun the manager is
// the API thread's.
#pragma once

#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "host/base/clock.h"
#include "host/config/manager.h"
#include "host/daemon/install.h"
#include "host/daemon/options.h"

namespace vitrine::daemon {

class Configuring {
 public:
  // `installer` and all else outlive it.
  Configuring(const Options& options, boost::asio::io_context& api_io, Installer& installer,
              events::EventHub& hub, const Clock& clock)
      : options_(options),
        api_io_(api_io),
        timer_(api_io),
        installer_(installer),
        hub_(hub),
        clock_(clock) {}

  // Opens the store and puts its configuration in force. A store that is damaged, or a policy that
  // cannot be used, is an error: without a configuration nothing must run.
  Status start();
  // Begins to look for commits that were not confirmed in time, every second.
  void watch();
  // Reads --policy again. From any thread; what comes of it is told as an event or in the log.
  void reload();

  config::Manager& manager() { return *manager_; }

 private:
  Status follow_file();

  const Options& options_;
  boost::asio::io_context& api_io_;
  boost::asio::steady_timer timer_;
  Installer& installer_;
  events::EventHub& hub_;
  const Clock& clock_;
  std::unique_ptr<config::Manager> manager_;
};

}  // namespace vitrine::daemon
