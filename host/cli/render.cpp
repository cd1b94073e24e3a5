#include "host/cli/render.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "host/cli/sheet.h"
#include "host/cli/table.h"
#include "host/cli/units.h"
#include "host/cli/view.h"
#include "host/events/json.h"

namespace vitrine::cli {
namespace {

namespace json = boost::json;
using Align = Column::Align;

constexpr size_t kFactColumn = 14;

std::string fact(std::string_view label, std::string_view value) {
  return fmt::format("{:<{}}{}\n", label, kFactColumn, value.empty() ? "none" : value);
}

Colour state_colour(std::string_view state) {
  if (state == "spliced") {
    return Colour::kGood;
  }
  return state == "relayed" ? Colour::kWarn : Colour::kPlain;
}

std::string number_text(const json::value& value, std::string_view pointer) {
  return std::to_string(number_at(value, pointer));
}

// Both directions in one cell: to the server / to the client.
std::string two_way(const json::value& value, const std::string& pointer, bool bytes) {
  const uint64_t up = number_at(value, pointer + "/from_client");
  const uint64_t down = number_at(value, pointer + "/from_server");
  return bytes ? fmt::format("{} / {}", human_bytes(up), human_bytes(down))
               : fmt::format("{} / {}", up, down);
}

// One value where both legs have the same, else "client | server".
std::string both_legs(const json::value& flow, const std::string& name) {
  std::string client = text_at(flow, "/client_" + name);
  const std::string server = text_at(flow, "/server_" + name);
  if (client == server || server.empty()) {
    return client;
  }
  return client.empty() ? server : fmt::format("{} | {}", client, server);
}

void add_reasons(Table& table, const json::value& counters, const std::string& kind) {
  for (const json::value& reason : array_at(counters, "/card/" + kind)) {
    table.add({fmt::format("{}.{}", kind, text_at(reason, "/name")), number_text(reason, "/value"),
               text_at(reason, "/text")});
  }
}

}  // namespace

std::string render_status(const json::value& status, const Terminal& terminal) {
  std::string out = terminal.paint(
      fmt::format("vitrined {}, up {}, configuration version {}", text_at(status, "/version"),
                  human_duration(number_at(status, "/uptime_ms")),
                  number_at(status, "/configuration_version")),
      Colour::kBold);
  out += "\n";
  const bool running = flag_at(status, "/card/running");
  out += fact("Card", fmt::format("{} {}, {}, fails {}", text_at(status, "/card/kind"),
                                  text_at(status, "/card/version"),
                                  running ? terminal.paint("running", Colour::kGood)
                                          : terminal.paint("stopped", Colour::kBad),
                                  text_at(status, "/card/fail")));
  if (const std::string detail = text_at(status, "/card/detail"); !detail.empty()) {
    out += fact("", detail);
  }
  out += fact("Ports", fmt::format("inside {}, outside {}", text_at(status, "/inside"),
                                   text_at(status, "/outside")));
  out += fact("State", text_at(status, "/state_directory"));
  const std::string ca = text_at(status, "/ca_fingerprint");
  out += fact("CA", ca.empty() ? "none: make one with `vitrine cert ca init`" : colon_hex(ca));
  uint64_t flows = 0;
  std::string by_state;
  for (const char* state : {"opening", "handshake", "spliced", "relayed", "bypassed"}) {
    const uint64_t count = number_at(status, fmt::format("/flows/{}", state));
    flows += count;
    by_state += fmt::format("{}{} {}", by_state.empty() ? "" : ", ", count, state);
  }
  out += fact("Flows",
              fmt::format("{} of {}: {}", flows, number_at(status, "/card/max_flows"), by_state));
  out += fact("Handshakes",
              fmt::format("{} completed, {} failed", number_at(status, "/handshakes/completed"),
                          number_at(status, "/handshakes/failed")));
  out += fact(
      "Handovers",
      fmt::format("{} completed, {} retried, {} failed", number_at(status, "/handovers/completed"),
                  number_at(status, "/handovers/retried"), number_at(status, "/handovers/failed")));
  for (const json::value& reason : array_at(status, "/relay_reasons")) {
    if (number_at(reason, "/value") > 0) {
      out += fact("Relayed", fmt::format("{} for {}: {}", number_at(reason, "/value"),
                                         text_at(reason, "/name"), text_at(reason, "/text")));
    }
  }
  const uint64_t lost = number_at(status, "/events/lost");
  const uint64_t failures = number_at(status, "/events/write_failures");
  out += fact("Events", fmt::format("{} stored, {} lost", number_at(status, "/events/stored"),
                                    terminal.paint(std::to_string(lost),
                                                   lost > 0 ? Colour::kBad : Colour::kPlain)));
  if (failures > 0) {
    out += fact("", fmt::format("{} writes failed: is the disk full?", failures));
  }
  return out;
}

std::string render_flows(const json::value& flows, const Terminal& terminal) {
  Table table({{"ID"},
               {"CLIENT", Align::kLeft, 10},
               {"SERVER", Align::kLeft, 10},
               {"NAME", Align::kLeft, 8},
               {"STATE"},
               {"TLS", Align::kLeft, 7},
               {"SUITE", Align::kLeft, 8},
               {"ALPN"},
               {"CARD PACKETS", Align::kRight},
               {"CARD BYTES", Align::kRight},
               {"HOST BYTES", Align::kRight},
               {"AGE", Align::kRight}});
  for (const json::value& flow : array_at(flows, "/flows")) {
    const std::string state = text_at(flow, "/state");
    const std::string reason = text_at(flow, "/relay_reason");
    table.add(
        {fmt::format("x{:x}", number_at(flow, "/id")),
         text_at(flow, "/client"),
         text_at(flow, "/server"),
         text_at(flow, "/server_name"),
         {reason.empty() ? state : fmt::format("{} ({})", state, reason), state_colour(state)},
         both_legs(flow, "version"),
         both_legs(flow, "suite"),
         text_at(flow, "/alpn"),
         two_way(flow, "/card_packets", false),
         two_way(flow, "/card_bytes", true),
         two_way(flow, "/host_bytes", true),
         human_duration(number_at(flow, "/age_ms"))});
  }
  return table.empty() ? "No flows now.\n" : table.render(terminal);
}

std::string render_events(const json::value& events, const Terminal& terminal) {
  Table table({{"ID", Align::kRight},
               {"TIME (UTC)"},
               {"TYPE"},
               {"SOURCE", Align::kLeft, 10},
               {"DESTINATION", Align::kLeft, 10},
               {"HOST", Align::kLeft, 10},
               {"LEG"},
               {"WHAT", Align::kLeft, 20}});
  for (const json::value& value : array_at(events, "/events")) {
    const auto event = events::event_from_json(value);
    if (!event) {
      continue;
    }
    table.add({std::to_string(event->id),
               event_time(*event),
               {std::string(events::text_of(event->type).title), event_colour(*event)},
               event->source.ip_address,
               event->destination.ip_address,
               event->destination.host,
               std::string(events::leg_name(event->inspection.leg)),
               event_summary(*event)});
  }
  return table.empty() ? "No events.\n" : table.render(terminal);
}

std::string render_counters(const json::value& counters, const Terminal& terminal) {
  Table card({{"CARD"}, {"VALUE", Align::kRight}, {"MEANING", Align::kLeft, 20}});
  constexpr std::pair<const char*, const char*> kPlain[] = {
      {"received/inside", "frames that came in by the inside port"},
      {"received/outside", "frames that came in by the outside port"},
      {"injected", "frames of the host's, treated as received"},
      {"forwarded", "frames let through as they were"},
      {"spliced", "frames decrypted and encrypted again"},
      {"held", "frames held now until their record has verified"},
  };
  for (const auto& [name, meaning] : kPlain) {
    std::string shown(name);
    if (const size_t slash = shown.find('/'); slash != std::string::npos) {
      shown[slash] = '.';
    }
    card.add({shown, number_text(counters, fmt::format("/card/{}", name)), meaning});
  }
  add_reasons(card, counters, "punted");
  add_reasons(card, counters, "dropped");
  constexpr std::pair<const char*, const char*> kBeside[] = {
      {"injected_egress", "frames of the host's, sent out as they were"},
      {"egress_lost", "of those, refused by a full port"},
      {"cut", "spliced frames that left shorter than they came"},
      {"events_lost", "card events that found the host's ring full"},
      {"tap_lost", "plaintext that found the tap ring full"},
      {"flow_table_full", "flows refused by a full table"},
      {"flows", "connections installed now"},
  };
  for (const auto& [name, meaning] : kBeside) {
    card.add({name, number_text(counters, fmt::format("/card/{}", name)), meaning});
  }
  std::string out = card.render(terminal);
  const bool balanced = flag_at(counters, "/balance/balanced");
  out += fmt::format("\nBalance: in {} {} out {}{}\n", number_at(counters, "/balance/in"),
                     balanced ? "=" : "≠", number_at(counters, "/balance/out"),
                     balanced ? terminal.paint(" (every frame accounted for)", Colour::kGood)
                              : terminal.paint(" (frames are unaccounted for)", Colour::kBad));
  Table host({{"HOST"}, {"VALUE", Align::kRight}, {"MEANING", Align::kLeft, 20}});
  for (const json::value& count : array_at(counters, "/host")) {
    host.add({text_at(count, "/name"), number_text(count, "/value"), text_at(count, "/text")});
  }
  return host.empty() ? out : out + "\n" + host.render(terminal);
}

std::string render_policy(const json::value& policy, const Terminal& terminal) {
  Table table({{"#", Align::kRight},
               {"RULE"},
               {"SOURCE", Align::kLeft, 10},
               {"DESTINATION", Align::kLeft, 10},
               {"SERVICE"},
               {"ACTION"},
               {"HITS", Align::kRight}});
  size_t position = 0;
  for (const json::value& rule : array_at(policy, "/rules")) {
    const std::string action = text_at(rule, "/action");
    table.add({std::to_string(++position),
               text_at(rule, "/name"),
               text_at(rule, "/source"),
               text_at(rule, "/destination"),
               text_at(rule, "/service"),
               {action, action == "decrypt" ? Colour::kGood : Colour::kWarn},
               number_text(rule, "/hits")});
  }
  const std::string head =
      fmt::format("Configuration version {}; the first rule that matches wins.\n",
                  number_at(policy, "/configuration_version"));
  return head + (table.empty() ? "No rules.\n" : table.render(terminal));
}

std::string render_exclusions(const json::value& exclusions, const Terminal& terminal) {
  Table table({{"SERVER", Align::kLeft, 12},
               {"NAME", Align::kLeft, 12},
               {"CLIENT", Align::kLeft, 12},
               {"CAUSE"},
               {"FAILURES", Align::kRight},
               {"SECONDS LEFT", Align::kRight}});
  for (const json::value& row : array_at(exclusions, "/exclusions")) {
    table.add({text_at(row, "/server"), text_at(row, "/server_name"), text_at(row, "/client"),
               text_at(row, "/cause"), std::to_string(number_at(row, "/failures")),
               std::to_string(number_at(row, "/seconds_left"))});
  }
  return table.empty() ? "No exclusions.\n" : table.render(terminal);
}

std::string render_certificates(const json::value& certificates, const Terminal& terminal) {
  Table table({{"ID", Align::kLeft, 12},
               {"ROLE"},
               {"SUBJECT", Align::kLeft, 12},
               {"ISSUER", Align::kLeft, 12},
               {"VALID UNTIL"}});
  for (const json::value& row : array_at(certificates, "/certificates")) {
    table.add({text_at(row, "/id"), text_at(row, "/role"), text_at(row, "/subject"),
               text_at(row, "/issuer"), text_at(row, "/not_after")});
  }
  return table.empty() ? "No certificates.\n" : table.render(terminal);
}

std::string render_certificate(const json::value& certificate, const Terminal&) {
  std::string out;
  const auto add = [&](std::string_view label, const std::string& value) {
    if (!value.empty()) {
      out += fact(label, value);
    }
  };
  add("Subject", text_at(certificate, "/subject"));
  add("Issuer", text_at(certificate, "/issuer"));
  add("Serial", text_at(certificate, "/serial"));
  add("Valid from", text_at(certificate, "/not_before"));
  add("Valid until", text_at(certificate, "/not_after"));
  add("SHA-256", colon_hex(text_at(certificate, "/fingerprint")));
  add("ID", text_at(certificate, "/id"));
  return out;
}

}  // namespace vitrine::cli
