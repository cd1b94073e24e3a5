#include "host/config/compile.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "host/config/certificates.h"

namespace vitrine::config {
namespace {

constexpr const char* kPolicyName = "policy";  // what diagnostics call the text

policy::FileReader files_of(const Configuration& configuration) {
  return [&configuration](const std::string& name) -> Result<std::string> {
    const auto file = configuration.files.find(name);
    if (file == configuration.files.end()) {
      return Status(Code::kNotFound, name +
                                         ": not in the configuration; load the policy again with "
                                         "the file beside it");
    }
    return file->second;
  };
}

policy::Diagnostic refused(std::string file, const Status& status, std::string fix) {
  return {policy::Severity::kError, std::move(file), {}, "certificate",
          status.message(),         std::move(fix)};
}

}  // namespace

Status Compiled::status() const {
  const auto error =
      std::find_if(problems.begin(), problems.end(), [](const policy::Diagnostic& problem) {
        return problem.severity == policy::Severity::kError;
      });
  return {Code::kInvalidArgument,
          error == problems.end() ? std::string("the policy cannot be used") : error->to_string()};
}

Compiled compile(const Configuration& configuration, uint32_t version, int64_t wall_ms) {
  Compiled out;
  policy::CheckOptions options;
  options.target.configuration_version = version;
  options.target.wall_ms = wall_ms;
  policy::CheckReport report =
      policy::check(configuration.policy, kPolicyName, files_of(configuration), options);
  out.problems = std::move(report.problems);
  bool usable = report.ok && !report.states.empty();
  if (report.book != nullptr) {
    out.rules =
        report.book->identity.size() + report.book->decryption.size() + report.book->access.size();
  }
  for (const auto& [id, pem] : configuration.certificates) {
    if (const auto row = describe_certificate(id, pem); !row) {
      out.problems.push_back(refused(id, row.status(), "remove it: `vitrine cert remove ID`"));
      usable = false;
    }
  }
  if (!usable) {
    return out;
  }
  auto active = std::make_shared<ActiveConfiguration>();
  active->version = version;
  active->configuration = configuration;
  active->book = report.book;
  active->evaluator = report.evaluator;
  active->rules = std::move(report.states.front().rules.generation);
  out.card_rules = active->rules.rules.size();
  out.active = std::move(active);
  return out;
}

}  // namespace vitrine::config
