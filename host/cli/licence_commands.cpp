#include "host/cli/licence_commands.h"

#include <fmt/format.h>

#include "host/cli/commands.h"
#include "host/cli/files.h"
#include "host/cli/view.h"

namespace vitrine::cli {
namespace {

constexpr size_t kMostLicence = 4096;

std::string licence_line(std::string_view label, const std::string& value) {
  return value.empty() ? "" : fmt::format("{:<20} {}\n", label, value);
}

}  // namespace

std::string render_licence(const boost::json::value& licence) {
  std::string features;
  for (const boost::json::value& feature : array_at(licence, "/features")) {
    features += (features.empty() ? "" : " ") + text_at(feature, "");
  }
  const bool strong = flag_at(licence, "/strong_cryptography");
  return licence_line("Licence", text_at(licence, "/text")) +
         licence_line("Strong cryptography",
                      strong ? "yes" : "no: servers are offered no suite that encrypts") +
         licence_line("Holder", text_at(licence, "/holder")) +
         licence_line("Edition", text_at(licence, "/edition")) +
         licence_line("Features", features) +
         licence_line("Valid from", text_at(licence, "/not_before")) +
         licence_line("Valid until", text_at(licence, "/not_after")) +
         licence_line("ID", text_at(licence, "/id"));
}

int Commands::licence(const LicenceArguments& arguments) {
  using What = LicenceArguments::What;
  std::string text;
  if (arguments.what == What::kInstall) {
    auto read = read_file(arguments.file, kMostLicence);
    if (!read) {
      return fail(read.status());
    }
    text = std::move(read).value();
  }
  const auto answer = [&]() -> Result<boost::json::value> {
    if (!arguments.state_dir.empty()) {
      return env_.licence ? env_.licence(arguments, text)
                          : Result<boost::json::value>(Code::kUnsupported,
                                                       "this build cannot read licences");
    }
    switch (arguments.what) {
      case What::kInstall:
        return client_.post("/v1/licence", std::move(text));
      case What::kRemove:
        return client_.remove("/v1/licence");
      case What::kShow:
        break;
    }
    return client_.get("/v1/licence");
  }();
  return answer ? print(*answer, render_licence(*answer)) : fail(answer.status());
}

}  // namespace vitrine::cli
