// The API's view of the appliance: asks the session thread, waits, answers.
//
// Threads: called on the API's thread. What the session thread does not answer in time (it is
// stopping) is answered empty.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "host/api/backend.h"
#include "host/card/card.h"
#include "host/daemon/licensing.h"
#include "host/daemon/options.h"
#include "host/events/hub.h"
#include "host/inspect/mirror.h"
#include "host/session/engine.h"
#include "host/trust/trust_store.h"

namespace vitrine::daemon {

struct BackendParts {
  const Options& options;
  boost::asio::io_context& session_io;
  session::Engine& engine;  // touched on session_io only
  card::Card& card;
  trust::TrustStore& trust;
  events::EventHub& hub;
  config::Manager& configuration;
  const Clock& clock;
  Licensing& licensing;
  inspect::MirrorHub* mirror = nullptr;
};

class Backend : public api::Backend {
 public:
  explicit Backend(BackendParts parts);

  api::ApplianceStatus status() override;
  std::vector<api::FlowRow> flows(size_t limit) override;
  api::CountersReport counters() override;
  api::PolicyReport policy() override;
  std::vector<api::CertificateRow> certificates() override;
  std::vector<api::ExclusionRow> exclusions() override;
  uint64_t clear_exclusions() override;
  Result<api::CaReport> ca() override;
  Result<std::unique_ptr<api::ByteStream>> open_mirror(
      const std::map<std::string, std::string>& filters, std::function<void()> wake) override;
  api::LicenceReport licence() override { return parts_.licensing.report(); }
  Result<api::LicenceReport> install_licence(std::string_view text) override {
    return parts_.licensing.install(text);
  }
  Result<api::LicenceReport> remove_licence() override { return parts_.licensing.remove(); }
  config::Manager& configuration() override { return parts_.configuration; }

 private:
  // What `ask` says on the session thread; the default where it does not answer in time.
  template <typename Answer>
  Answer on_session(std::function<Answer(session::Engine&)> ask) const;
  session::Snapshot snapshot(size_t max_rows) const;
  session::PolicyPtr active() const;

  BackendParts parts_;
  uint64_t started_ns_;
};

}  // namespace vitrine::daemon
