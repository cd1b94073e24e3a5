#include "host/api/json.h"
#include "host/cli/licence_commands.h"
#include "host/licence/licence_store.h"
#include "host/licence/signer_key.h"

namespace vitrine::cli {
namespace {

api::LicenceReport report_of(const licence::LicenceState& state) {
  api::LicenceReport report;
  report.strong_cryptography = state.strong_cryptography;
  report.text = state.text;
  if (state.licence) {
    report.installed = true;
    report.id = state.licence->id;
    report.holder = state.licence->holder;
    report.edition = state.licence->edition;
    report.features = state.licence->features;
    report.not_before = licence::format_day(state.licence->not_before);
    report.not_after = licence::format_day(state.licence->not_after);
  }
  return report;
}

}  // namespace

Result<boost::json::value> offline_licence(const LicenceArguments& arguments,
                                           const std::string& text) {
  auto signer = licence::signer_key();
  if (!signer) {
    return signer.status();
  }
  const licence::LicenceStore store(arguments.state_dir, std::move(signer).value());
  const time_t now = ::time(nullptr);
  Status done;
  if (arguments.what == LicenceArguments::What::kInstall) {
    done = store.install(text, now).status();
  } else if (arguments.what == LicenceArguments::What::kRemove) {
    done = store.remove();
  }
  if (!done) {
    return done;
  }
  return boost::json::value(api::to_json(report_of(licence_state(store, now))));
}

}  // namespace vitrine::cli
