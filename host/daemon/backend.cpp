#include "host/daemon/backend.h"

#include <future>
#include <utility>

#include <boost/asio/post.hpp>
#include <fmt/chrono.h>

#include "host/api/certificate_row.h"
#include "host/daemon/mirror_stream.h"
#include "host/daemon/policy_report.h"
#include "host/signer/ca.h"

namespace vitrine::daemon {
namespace {

constexpr auto kSnapshotTimeout = std::chrono::seconds(2);

api::CertificateRow row_of(const signer::CaInfo& ca) {
  api::CertificateRow row;
  row.id = "ca";
  row.role = "decryption";
  row.subject = ca.subject;
  row.issuer = ca.subject;
  row.fingerprint = ca.fingerprint;
  row.not_before = api::iso_time(ca.validity.not_before);
  row.not_after = api::iso_time(ca.validity.not_after);
  return row;
}

}  // namespace

Backend::Backend(BackendParts parts) : parts_(parts), started_ns_(parts_.clock.monotonic_ns()) {}

template <typename Answer>
Answer Backend::on_session(std::function<Answer(session::Engine&)> ask) const {
  auto promise = std::make_shared<std::promise<Answer>>();
  auto future = promise->get_future();
  boost::asio::post(parts_.session_io, [promise, ask = std::move(ask), &engine = parts_.engine] {
    promise->set_value(ask(engine));
  });
  return future.wait_for(kSnapshotTimeout) == std::future_status::ready ? future.get() : Answer();
}

session::Snapshot Backend::snapshot(size_t max_rows) const {
  return on_session<session::Snapshot>(
      [max_rows](session::Engine& engine) { return engine.snapshot(max_rows); });
}

session::PolicyPtr Backend::active() const {
  return on_session<session::PolicyPtr>([](session::Engine& engine) { return engine.policy(); });
}

api::ApplianceStatus Backend::status() {
  const session::Snapshot now = snapshot(0);
  api::ApplianceStatus status;
  status.version = VITRINE_VERSION;
  status.card = parts_.card.info();
  status.card_running = true;
  status.fail_open = parts_.options.fail_mode == FailMode::kOpen;
  status.inside = parts_.options.inside;
  status.outside = parts_.options.outside;
  status.uptime_ms = (parts_.clock.monotonic_ns() - started_ns_) / 1'000'000;
  status.configuration_version = now.configuration_version;
  status.state_directory = parts_.options.state_dir;
  if (const auto ca = signer::ca_show(parts_.options.state_dir)) {
    status.ca_fingerprint = ca->fingerprint;
  }
  status.flows = now.flows;
  status.handshakes_completed = now.handshakes_completed;
  status.handshakes_failed = now.handshakes_failed;
  status.handovers_completed = now.handovers;
  status.handovers_retried = now.handovers_retried;
  status.handovers_failed = now.handovers_failed;
  status.relay_reasons = now.relay_reasons;
  return status;
}

std::vector<api::FlowRow> Backend::flows(size_t limit) { return snapshot(limit).rows; }

api::CountersReport Backend::counters() {
  // Flows first, so that a packet counted by the host has been counted by the card.
  api::CountersReport report;
  report.host = snapshot(0).counts;
  report.card = parts_.card.counters();
  return report;
}

api::PolicyReport Backend::policy() {
  const session::PolicyPtr policy = active();
  return policy == nullptr ? api::PolicyReport() : policy_report(*policy);
}

std::vector<api::CertificateRow> Backend::certificates() {
  std::vector<api::CertificateRow> rows;
  if (const auto ca = signer::ca_show(parts_.options.state_dir)) {
    rows.push_back(row_of(*ca));
  }
  for (const trust::ImportedCertificate& imported : parts_.trust.list()) {
    rows.push_back(api::trusted_row(imported));
  }
  return rows;
}

std::vector<api::ExclusionRow> Backend::exclusions() {
  return on_session<std::vector<api::ExclusionRow>>(
      [](session::Engine& engine) { return engine.exclusions(); });
}

uint64_t Backend::clear_exclusions() {
  return on_session<uint64_t>([](session::Engine& engine) { return engine.clear_exclusions(); });
}

Result<api::CaReport> Backend::ca() {
  const auto ca = signer::ca_show(parts_.options.state_dir);
  if (!ca) {
    return ca.status();
  }
  return api::CaReport{row_of(*ca), ca->pem};
}

Result<std::unique_ptr<api::ByteStream>> Backend::open_mirror(
    const std::map<std::string, std::string>& filters, std::function<void()> wake) {
  if (parts_.mirror == nullptr) {
    return api::Backend::open_mirror(filters, std::move(wake));
  }
  return open_mirror_stream(*parts_.mirror, parts_.hub, filters, std::move(wake));
}

}  // namespace vitrine::daemon
