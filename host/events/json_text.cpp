#include "host/events/json_text.h"

#include <iterator>

#include <fmt/format.h>

#include "host/events/fields.h"
#include "host/events/time_text.h"

namespace vitrine::events {
namespace {

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<uint8_t>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<uint8_t>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

// Appends the value; false (and nothing appended) where it is not known.
struct AppendKnown {
  std::string& out;

  bool operator()(const std::string* text) const { return append_text(*text); }
  bool operator()(const Leg* leg) const { return append_text(leg_name(*leg)); }
  bool operator()(const Cause* cause) const { return append_text(text_of(*cause).code); }
  bool operator()(const std::optional<uint64_t>* number) const {
    if (*number) {
      fmt::format_to(std::back_inserter(out), "{}", **number);
    }
    return number->has_value();
  }
  bool operator()(const std::optional<bool>* answer) const {
    if (*answer) {
      out += **answer ? "true" : "false";
    }
    return answer->has_value();
  }
  bool append_text(std::string_view text) const {
    if (!text.empty()) {
      append_quoted(out, text);
    }
    return !text.empty();
  }
};

}  // namespace

std::string json_text(const Event& event) {
  std::string out =
      fmt::format(R"({{"id":{},"time_ms":{},"time":"{}","type":"{}")", event.id, event.time_ms,
                  format_iso_time(event.time_ms), text_of(event.type).code);
  std::string_view group;
  for (const Field& field : fields()) {
    const size_t before = out.size();
    const bool same_group = field.group == group;
    out += same_group ? "," : group.empty() ? "," : "},";
    if (!same_group) {
      out += '"';
      out += field.group;
      out += "\":{";
    }
    out += '"';
    out += field.name;
    out += "\":";
    if (std::visit(AppendKnown{out}, field.const_ref(event))) {
      group = field.group;
    } else {
      out.resize(before);
    }
  }
  out += group.empty() ? "}" : "}}";
  return out;
}

}  // namespace vitrine::events
