#include "host/cli/sheet.h"

#include <algorithm>

#include <fmt/format.h>

#include "host/events/fields.h"
#include "host/events/time_text.h"

namespace vitrine::cli {
namespace {

using events::Event;
using events::EventType;
using events::Field;

constexpr size_t kIndent = 2;
constexpr std::string_view kInspection = "inspection";

size_t label_width() {
  size_t width = 0;
  for (const Field& field : events::fields()) {
    width = std::max(width, field.label.size());
  }
  return width;
}

// The label, then the value, wrapped under itself.
std::string field_lines(std::string_view label, std::string_view value, const Terminal& terminal) {
  const size_t column = kIndent + label_width() + 2;
  const size_t room = terminal.width > column + 20 ? terminal.width - column : 0;
  std::string out = fmt::format("{:{}}{:<{}}", "", kIndent, label, column - kIndent);
  if (value.empty()) {
    out.resize(kIndent + label.size());
    return out + "\n";
  }
  bool first = true;
  for (const std::string& line : wrap(value, room)) {
    out += fmt::format("{:{}}{}\n", "", first ? 0 : column, line);
    first = false;
  }
  return out;
}

std::string shown_value(const Event& event, const Field& field) {
  std::string value = events::text_of(event, field);
  if (field.group == "transaction" && field.name == "connection_id" && !value.empty()) {
    value += fmt::format(" (x{:x})", *event.transaction.connection_id);  // as in tls_proxy.log
  }
  if (field.group == kInspection && field.name == "cause" && !value.empty()) {
    value += fmt::format(": {}", events::text_of(event.inspection.cause).text);
  }
  return value;
}

std::string endpoint(const std::string& address, const std::optional<uint64_t>& port) {
  const bool v6 = address.find(':') != std::string::npos;
  std::string text = v6 ? fmt::format("[{}]", address) : address;
  return port ? fmt::format("{}:{}", text, *port) : text;
}

}  // namespace

std::string event_time(const Event& event) {
  std::string text = events::format_iso_time(event.time_ms);
  text[text.find('T')] = ' ';
  text.pop_back();  // Z
  return text;
}

std::string event_summary(const Event& event) {
  const events::Inspection& inspection = event.inspection;
  if (inspection.cause != events::Cause::kNone) {
    const std::string& detail = !event.transaction.error_details.empty()
                                    ? event.transaction.error_details
                                    : event.tls.error_details;
    const std::string_view code = events::text_of(inspection.cause).code;
    return detail.empty() ? std::string(code) : fmt::format("{}: {}", code, detail);
  }
  if (!inspection.message.empty()) {
    return inspection.message;
  }
  if (!inspection.relay_reason.empty()) {
    return fmt::format("{}: {}", inspection.handling, inspection.relay_reason);
  }
  return inspection.close_reason.empty()
             ? inspection.handling
             : fmt::format("{}, {}", inspection.handling, inspection.close_reason);
}

Colour event_colour(const Event& event) {
  switch (event.type) {
    case EventType::kTlsAbort:
    case EventType::kFlowDeny:
      return Colour::kBad;
    case EventType::kTlsEstablished:
      return Colour::kGood;
    case EventType::kConfigurationChange:
    case EventType::kSystem:
      return Colour::kWarn;
    default:
      return Colour::kPlain;
  }
}

std::string event_line(const Event& event, const Terminal& terminal) {
  std::string who;
  if (!event.source.ip_address.empty()) {
    who = fmt::format("{} > {}", endpoint(event.source.ip_address, event.source.port),
                      endpoint(event.destination.ip_address, event.destination.port));
    if (!event.tls.requested_domain.empty()) {
      who += fmt::format(" ({})", event.tls.requested_domain);
    }
    who += "  ";
  }
  return fmt::format("{}  {}  {}  {}{}\n", event.id, event_time(event),
                     terminal.paint(events::text_of(event.type).title, event_colour(event)), who,
                     event_summary(event));
}

std::string event_sheet(const Event& event, const Terminal& terminal) {
  const events::EventTypeText& type = events::text_of(event.type);
  std::string out =
      terminal.paint(fmt::format("Event {}: {}", event.id, type.title), event_colour(event)) + "\n";
  for (const std::string& line : wrap(type.text, terminal.width)) {
    out += line + "\n";
  }
  out += field_lines("Time", event_time(event) + " UTC", terminal);
  std::string_view group;
  for (const Field& field : events::fields()) {
    const std::string value = shown_value(event, field);
    if (field.group == kInspection && value.empty()) {
      continue;
    }
    if (field.group != group) {
      group = field.group;
      out += "\n" + terminal.paint(field.group_label, Colour::kBold) + "\n";
    }
    out += field_lines(field.label, value, terminal);
  }
  return out;
}

}  // namespace vitrine::cli
