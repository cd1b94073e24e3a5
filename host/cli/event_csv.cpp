#include "host/cli/event_csv.h"

#include <fmt/format.h>

#include "host/events/fields.h"
#include "host/events/time_text.h"

namespace vitrine::cli {

std::string csv_cell(std::string_view text) {
  std::string out;
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos) {
    out = "'";
  }
  out += text;
  if (out.find_first_of(",\"\r\n") == std::string::npos) {
    return out;
  }
  std::string quoted = "\"";
  for (const char c : out) {
    quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  }
  return quoted + "\"";
}

std::string csv_title() {
  std::string out = "id,time,type";
  for (const events::Field& field : events::fields()) {
    out += fmt::format(",{}.{}", field.group, field.name);
  }
  return out + "\r\n";
}

std::string csv_line(const events::Event& event) {
  std::string out = fmt::format("{},{},{}", event.id, events::format_iso_time(event.time_ms),
                                events::text_of(event.type).code);
  for (const events::Field& field : events::fields()) {
    out += "," + csv_cell(events::text_of(event, field));
  }
  return out + "\r\n";
}

}  // namespace vitrine::cli
