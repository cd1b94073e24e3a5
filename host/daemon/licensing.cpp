#include "host/daemon/licensing.h"

#include <chrono>
#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

namespace vitrine::daemon {
namespace {

constexpr auto kLookEvery = std::chrono::minutes(1);

api::LicenceReport report_of(const licence::LicenceState& state) {
  api::LicenceReport report;
  report.strong_cryptography = state.strong_cryptography;
  report.text = state.text;
  if (state.licence) {
    const licence::Licence& licence = *state.licence;
    report.installed = true;
    report.id = licence.id;
    report.holder = licence.holder;
    report.edition = licence.edition;
    report.features = licence.features;
    report.not_before = licence::format_day(licence.not_before);
    report.not_after = licence::format_day(licence.not_after);
  }
  return report;
}

}  // namespace

tls::LegPolicy licensed(tls::LegPolicy policy, const licence::LicenceState& state) {
  policy.integrity_only = !state.strong_cryptography;
  return policy;
}

Licensing::Licensing(boost::asio::io_context& session_io, const licence::LicenceStore& store,
                     tls::LegFactory& legs, const Clock& clock, Tell tell)
    : session_io_(session_io),
      store_(store),
      legs_(legs),
      clock_(clock),
      tell_(std::move(tell)),
      timer_(session_io) {}

void Licensing::start() {
  apply();
  timer_.expires_after(kLookEvery);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) {
      start();
    }
  });
}

void Licensing::apply() {
  const licence::LicenceState state = licence_state(store_, now());
  if (legs_.policy().integrity_only != state.strong_cryptography) {
    return;
  }
  if (Status set = legs_.set_policy(licensed(legs_.policy(), state)); !set) {
    spdlog::error("cannot follow the licence: {}", set.to_string());
    return;
  }
  const std::string message =
      (state.strong_cryptography ? "strong cryptography is offered to servers: "
                                 : "no strong cryptography is offered to servers: ") +
      state.text;
  spdlog::warn("{}", message);
  tell_(message);
}

api::LicenceReport Licensing::report() const { return report_of(licence_state(store_, now())); }

Result<api::LicenceReport> Licensing::install(std::string_view text) {
  if (auto installed = store_.install(text, now()); !installed) {
    return installed.status();
  }
  boost::asio::post(session_io_, [this] { apply(); });
  tell_("licence installed: " + report().text);
  return report();
}

Result<api::LicenceReport> Licensing::remove() {
  if (Status removed = store_.remove(); !removed) {
    return removed;
  }
  boost::asio::post(session_io_, [this] { apply(); });
  tell_("licence removed");
  return report();
}

}  // namespace vitrine::daemon
