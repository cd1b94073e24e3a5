#include "host/cli/trust_sheet.h"

#include <fmt/format.h>

#include "host/cli/table.h"
#include "host/events/time_text.h"

namespace vitrine::cli {
namespace {

namespace json = boost::json;
using ReportResult = trust::CheckReport::Result;

std::string time_text(time_t seconds) {
  return events::format_iso_time(static_cast<int64_t>(seconds) * 1000);
}

const char* profile_name(trust::Profile profile) {
  return profile == trust::Profile::kWebPki ? "webpki" : "rfc5280";
}

const char* result_name(ReportResult result) {
  switch (result) {
    case ReportResult::kPassed:
      return "passed";
    case ReportResult::kFailed:
      return "failed";
    case ReportResult::kNotAsked:
      return "not asked";
    case ReportResult::kNotReached:
      return "not reached";
  }
  return "";
}

Colour result_colour(ReportResult result) {
  return result == ReportResult::kPassed   ? Colour::kGood
         : result == ReportResult::kFailed ? Colour::kBad
                                           : Colour::kDim;
}

const char* role(const trust::Report& report, size_t depth) {
  if (report.pinned) {
    return "imported";
  }
  if (report.anchored && depth + 1 == report.path.size()) {
    return "trusted";
  }
  return depth == 0 ? "server" : "issuer";
}

std::string headline(const trust::OfflineCheck& check, const trust::OfflineVerdict& result,
                     const Terminal& terminal) {
  const trust::Verdict& verdict = result.verdict;
  const std::string judged = verdict.trusted ? terminal.paint("Trusted", Colour::kGood)
                                             : terminal.paint("Not trusted", Colour::kBad);
  std::string text = fmt::format("{}{} at {}, profile {}.\n", judged,
                                 check.name ? " for " + check.name->to_string() : "",
                                 time_text(check.now), profile_name(result.report.profile));
  if (!verdict.trusted) {
    text += fmt::format("{} (code {}, depth {}): {}.\n", verdict.text, verdict.code, verdict.depth,
                        verdict.detail.empty() ? verdict.text : verdict.detail);
  }
  return text;
}

json::array path_json(const trust::Report& report) {
  json::array rows;
  for (size_t i = 0; i < report.path.size(); ++i) {
    const X509* const certificate = report.path[i].get();
    json::object row{{"depth", i},
                     {"role", role(report, i)},
                     {"subject", trust::subject_of(certificate)},
                     {"issuer", trust::issuer_of(certificate)},
                     {"fingerprint", to_hex(trust::digest_of(certificate))}};
    if (const auto validity = trust::validity_of(certificate)) {
      row["not_before"] = time_text(validity->not_before);
      row["not_after"] = time_text(validity->not_after);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

std::string trust_sheet(const trust::OfflineCheck& check, const trust::OfflineVerdict& result,
                        const Terminal& terminal) {
  const trust::Report& report = result.report;
  Table path({{"DEPTH", Column::Align::kRight}, {"ROLE"}, {"NOT AFTER"}, {"SUBJECT", {}, 20}});
  for (size_t i = 0; i < report.path.size(); ++i) {
    const auto validity = trust::validity_of(report.path[i].get());
    path.add({std::to_string(i), role(report, i), validity ? time_text(validity->not_after) : "?",
              trust::subject_of(report.path[i].get())});
  }
  std::string text = headline(check, result, terminal) + "\n" + path.render(terminal) + "\n";
  for (const trust::CheckReport& row : report.checks) {
    text += fmt::format(
        "{}  {} ({})\n",
        terminal.paint(fmt::format("{:11}", result_name(row.result)), result_colour(row.result)),
        row.check->text, row.check->section);
    for (const trust::Finding& finding : row.findings) {
      text += fmt::format("{:13}at depth {}: {}\n", "", finding.depth, finding.detail);
    }
  }
  return text;
}

json::value trust_json(const trust::OfflineCheck& check, const trust::OfflineVerdict& result) {
  const trust::Verdict& verdict = result.verdict;
  json::array checks;
  for (const trust::CheckReport& row : result.report.checks) {
    json::array findings;
    for (const trust::Finding& finding : row.findings) {
      findings.push_back(
          {{"depth", finding.depth}, {"code", finding.code}, {"detail", finding.detail}});
    }
    checks.push_back({{"check", row.check->id},
                      {"section", row.check->section},
                      {"text", row.check->text},
                      {"result", result_name(row.result)},
                      {"findings", std::move(findings)}});
  }
  return {{"trusted", verdict.trusted},
          {"name", check.name ? json::value(check.name->to_string()) : json::value(nullptr)},
          {"time", time_text(check.now)},
          {"profile", profile_name(result.report.profile)},
          {"code", verdict.code},
          {"depth", verdict.depth},
          {"text", verdict.text},
          {"check", verdict.check},
          {"detail", verdict.detail},
          {"pinned", verdict.pinned},
          {"path", path_json(result.report)},
          {"checks", std::move(checks)}};
}

std::string check_table_text(const Terminal& terminal) {
  Table table({{"CHECK"}, {"PROFILE"}, {"WHERE", {}, 12}, {"WHAT MUST HOLD", {}, 20}});
  for (const trust::Check& check : trust::check_table()) {
    table.add({check.id, profile_name(check.profile), check.section, check.text});
  }
  return table.render(terminal);
}

json::value check_table_json() {
  json::array rows;
  for (const trust::Check& check : trust::check_table()) {
    rows.push_back({{"check", check.id},
                    {"section", check.section},
                    {"text", check.text},
                    {"profile", profile_name(check.profile)},
                    {"pinned", check.for_pins}});
  }
  return {{"checks", std::move(rows)}};
}

}  // namespace vitrine::cli
