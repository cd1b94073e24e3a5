#include "host/events/cause_list.h"

#include <fmt/format.h>

#include "host/events/types.h"

namespace vitrine::events {
namespace {

// A code's first word says where it comes from; the event's own leg says where it came to it.
std::string_view leg_of(std::string_view code) {
  const auto begins = [code](std::string_view word) { return code.starts_with(word); };
  if (begins("server_") || begins("certificate_") || begins("no_strong_")) {
    return "server";
  }
  return begins("client_") || begins("signer_") ? "client" : "either or none";
}

std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c == '|' ? std::string("\\|") : std::string(1, c);
  }
  return out;
}

}  // namespace

std::string causes_markdown() {
  std::string out =
      "# Causes\n\n"
      "Every cause that an event can have, by its stable code (`inspection.cause`).\n"
      "Made by `vitrine causes --markdown`; the source is `host/events/types.h`.\n"
      "`{host}`, `{address}`, `{port}`, `{client}`, `{id}` and `{name}` (the address as a part of "
      "a rule's name) are those of the event: `vitrine event ID` shows the command ready to type."
      "\n\n"
      "| code | leg | what it means | what to do next |\n|---|---|---|---|\n";
  for (const CauseText& cause : kCauses) {
    if (!cause.code.empty()) {
      out += fmt::format("| `{}` | {} | {} | {} |\n", cause.code, leg_of(cause.code),
                         cell(cause.text), cause.advice.empty() ? "nothing" : cell(cause.advice));
    }
  }
  return out;
}

}  // namespace vitrine::events
