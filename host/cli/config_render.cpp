#include "host/cli/config_render.h"

#include <fmt/format.h>

#include "host/cli/render.h"
#include "host/cli/table.h"
#include "host/cli/units.h"
#include "host/cli/view.h"
#include "host/events/time_text.h"

namespace vitrine::cli {
namespace {

namespace json = boost::json;
using Align = Column::Align;
using What = ConfigArguments::What;

constexpr const char* kNext = "See `vitrine diff`; `vitrine commit` puts it in force.\n";

std::string when(const json::value& row) {
  std::string time = events::format_iso_time(static_cast<int64_t>(number_at(row, "/time_ms")));
  time.resize(std::string_view("2014-02-05T05:21:42").size());
  time[time.find('T')] = ' ';
  return time;
}

std::string fact_line(std::string_view label, const std::string& value) {
  return fmt::format("{:<14}{}\n", label, value);
}

// "commit", "rollback to 3"
std::string origin_of(const json::value& row) {
  const uint64_t of = number_at(row, "/of");
  const std::string origin = text_at(row, "/origin");
  return of > 0 ? fmt::format("{} to {}", origin, of) : origin;
}

std::string paint_diff(const std::string& diff, const Terminal& terminal) {
  std::string out;
  for (size_t at = 0; at < diff.size();) {
    const size_t end = std::min(diff.find('\n', at), diff.size());
    const std::string_view line = std::string_view(diff).substr(at, end - at);
    const Colour colour = line.starts_with("+++") || line.starts_with("---") ? Colour::kBold
                          : line.starts_with('+')                            ? Colour::kGood
                          : line.starts_with('-')                            ? Colour::kBad
                          : line.starts_with('@')                            ? Colour::kDim
                                                                             : Colour::kPlain;
    out += terminal.paint(line, colour) + "\n";
    at = end + 1;
  }
  return out;
}

std::string committed(const json::value& answer) {
  const uint64_t minutes = number_at(answer, "/confirm_minutes");
  std::string text =
      fmt::format("Configuration version {} is in force.\n", number_at(answer, "/version"));
  if (minutes > 0) {
    text += fmt::format("It is taken back in {} min unless `vitrine confirm` keeps it.\n", minutes);
  }
  return text;
}

}  // namespace

std::string render_overview(const json::value& overview, const Terminal& terminal) {
  const json::value& active = overview.at("active");
  std::string text =
      fact_line("In force", fmt::format("version {}, {}, {} by {}", number_at(active, "/version"),
                                        origin_of(active), when(active), text_at(active, "/user")));
  if (const std::string comment = text_at(active, "/comment"); !comment.empty()) {
    text += fact_line("Comment", comment);
  }
  if (overview.as_object().contains("unconfirmed")) {
    const std::string waits =
        fmt::format("version {} comes back in {} unless `vitrine confirm` keeps this one",
                    number_at(overview, "/unconfirmed/fallback"),
                    human_duration(number_at(overview, "/unconfirmed/left_ms")));
    text += fact_line("Unconfirmed", terminal.paint(waits, Colour::kWarn));
  }
  const json::value* candidate = overview.as_object().if_contains("candidate");
  return text +
         fact_line("Candidate",
                   candidate == nullptr
                       ? "nothing was edited"
                       : fmt::format("edited from version {}, last {} by {} (`vitrine diff`)",
                                     number_at(*candidate, "/based_on"), when(*candidate),
                                     text_at(*candidate, "/user")));
}

std::string render_candidate(const json::value& candidate, const Terminal& terminal) {
  const std::string head =
      fmt::format("# from version {}, revision {}, {} certificates",
                  number_at(candidate, "/based_on"), number_at(candidate, "/revision"),
                  candidate.at("configuration").at("certificates").as_object().size());
  return terminal.paint(head, Colour::kDim) + "\n" + text_at(candidate, "/configuration/policy");
}

std::string render_history(const json::value& versions, const Terminal& terminal) {
  Table table({{"VERSION", Align::kRight},
               {"TIME"},
               {"WHAT"},
               {"BY", Align::kLeft, 10},
               {"COMMENT", Align::kLeft, 12}});
  for (const json::value& row : array_at(versions, "/versions")) {
    const bool interrupted = !flag_at(row, "/was_in_force");
    table.add({std::to_string(number_at(row, "/version")), when(row),
               interrupted ? Cell("interrupted", Colour::kWarn) : Cell(origin_of(row)),
               text_at(row, "/user"), text_at(row, "/comment")});
  }
  return table.render(terminal);
}

std::string render_check(const json::value& checked, const Terminal& terminal) {
  std::string text;
  for (const json::value& problem : array_at(checked, "/problems")) {
    const std::string severity = text_at(problem, "/severity");
    text += terminal.paint(text_at(problem, "/text"), severity == "error"     ? Colour::kBad
                                                      : severity == "warning" ? Colour::kWarn
                                                                              : Colour::kPlain) +
            "\n";
  }
  if (!flag_at(checked, "/ok")) {
    return text + "The candidate cannot be committed.\n";
  }
  return text + fmt::format(
                    "The candidate can be committed: {} rules, {} card rules, proved equal "
                    "to the policy.\n",
                    number_at(checked, "/rules"), number_at(checked, "/card_rules"));
}

std::string render_change(What what, const json::value& answer, const Terminal& terminal) {
  switch (what) {
    case What::kDiff: {
      const std::string diff = text_at(answer, "/diff");
      return diff.empty() ? "No difference.\n" : paint_diff(diff, terminal);
    }
    case What::kCommit:
    case What::kRollback:
      return committed(answer);
    case What::kConfirm:
      return "Confirmed.\n";
    case What::kDiscard:
      return "The candidate is what is in force again.\n";
    default:
      return std::string("The candidate has the change. ") + kNext;
  }
}

std::string render_added(const json::value& added, const Terminal& terminal) {
  std::string text;
  for (const json::value& row : array_at(added, "/certificates")) {
    text += "Added to the candidate:\n" + render_certificate(row, terminal);
  }
  return text + kNext;
}

}  // namespace vitrine::cli
