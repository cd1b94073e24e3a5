// What `vitrine events` does besides listing: counts by a field, CSV; and the list of causes.
#include <fmt/format.h>

#include "host/api/target.h"
#include "host/cli/commands.h"
#include "host/cli/event_csv.h"
#include "host/cli/table.h"
#include "host/cli/view.h"
#include "host/events/cause_list.h"
#include "host/events/json.h"
#include "host/events/types.h"

namespace vitrine::cli {

namespace json = boost::json;

int Commands::count_events(std::string target, const std::string& field) {
  constexpr std::string_view kList = "/v1/events?";
  target = "/v1/event-counts?" + target.substr(kList.size()) + "&by=" + api::percent_encode(field);
  const auto answer = client_.get(target);
  if (!answer) {
    return fail(answer.status());
  }
  Table table({{"Events", Column::Align::kRight}, {field, Column::Align::kLeft, 20}});
  for (const json::value& row : array_at(*answer, "/counts")) {
    const std::string value = text_at(row, "/value");
    table.add({std::to_string(number_at(row, "/events")), value.empty() ? "(not known)" : value});
  }
  return print(*answer, table.empty() ? "No events.\n" : table.render(env_.terminal));
}

int Commands::print_csv(const json::value& answer) {
  env_.out << csv_title();
  for (const json::value& row : array_at(answer, "/events")) {
    if (const auto event = events::event_from_json(row)) {
      env_.out << csv_line(*event);
    }
  }
  env_.out.flush();
  return env_.out.good() ? kDone : kFailed;
}

int Commands::causes(bool markdown) {
  if (markdown && !json_) {
    env_.out << events::causes_markdown();
    return kDone;
  }
  json::array rows;
  Table table({{"Code"}, {"What it means", Column::Align::kLeft, 20}});
  for (const events::CauseText& cause : events::kCauses) {
    if (!cause.code.empty()) {
      rows.push_back({{"code", cause.code}, {"text", cause.text}, {"advice", cause.advice}});
      table.add({std::string(cause.code), std::string(cause.text)});
    }
  }
  return print(json::value{{"causes", std::move(rows)}}, json_ ? "" : table.render(env_.terminal));
}

}  // namespace vitrine::cli
