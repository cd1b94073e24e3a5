#include "host/api/json.h"

#include <span>

#include "host/events/text.h"

namespace vitrine::api {
namespace {

namespace json = boost::json;

// What peers chose (server names, certificate subjects) reaches terminals from here.
json::string safe(std::string_view text) { return json::string(events::printable(text)); }

json::object two_way(const std::array<uint64_t, 2>& values) {
  return {{"from_client", values[0]}, {"from_server", values[1]}};
}

json::array named(const std::vector<NamedCount>& counts) {
  json::array out;
  for (const NamedCount& count : counts) {
    out.push_back({{"name", count.name}, {"value", count.value}, {"text", count.text}});
  }
  return out;
}

json::array reasons(std::span<const card::ReasonText> texts, std::span<const uint64_t> values) {
  json::array out;
  for (size_t i = 0; i < texts.size(); ++i) {
    out.push_back({{"name", texts[i].counter}, {"value", values[i]}, {"text", texts[i].text}});
  }
  return out;
}

}  // namespace

std::string_view flow_state_name(FlowState state) {
  switch (state) {
    case FlowState::kOpening:
      return "opening";
    case FlowState::kHandshake:
      return "handshake";
    case FlowState::kSpliced:
      return "spliced";
    case FlowState::kRelayed:
      return "relayed";
    case FlowState::kBypassed:
      return "bypassed";
  }
  return "unknown";
}

json::object to_json(const ApplianceStatus& status, const events::HubStats& events) {
  json::object flows;
  for (size_t i = 0; i < kFlowStates; ++i) {
    flows[flow_state_name(static_cast<FlowState>(i))] = status.flows[i];
  }
  return {
      {"version", status.version},
      {"card",
       {{"kind", status.card.kind},
        {"version", status.card.version},
        {"detail", status.card.detail},
        {"max_flows", status.card.max_flows},
        {"running", status.card_running},
        {"fail", status.fail_open ? "open" : "closed"}}},
      {"inside", status.inside},
      {"outside", status.outside},
      {"uptime_ms", status.uptime_ms},
      {"configuration_version", status.configuration_version},
      {"state_directory", status.state_directory},
      {"ca_fingerprint", status.ca_fingerprint},
      {"flows", std::move(flows)},
      {"handshakes",
       {{"completed", status.handshakes_completed}, {"failed", status.handshakes_failed}}},
      {"handovers",
       {{"completed", status.handovers_completed},
        {"retried", status.handovers_retried},
        {"failed", status.handovers_failed}}},
      {"relay_reasons", named(status.relay_reasons)},
      {"events",
       {{"stored", events.stored},
        {"published", events.published},
        {"lost", events.lost},
        {"write_failures", events.write_failures}}},
  };
}

json::object to_json(const FlowRow& flow) {
  return {
      {"id", flow.id},
      {"client", flow.client.to_string()},
      {"server", flow.server.to_string()},
      {"server_name", safe(flow.server_name)},
      {"state", flow_state_name(flow.state)},
      {"client_version", flow.client_version},
      {"server_version", flow.server_version},
      {"client_suite", flow.client_suite},
      {"server_suite", flow.server_suite},
      {"alpn", safe(flow.alpn)},
      {"relay_reason", flow.relay_reason},
      {"card_packets", two_way(flow.card_packets)},
      {"card_bytes", two_way(flow.card_bytes)},
      {"host_bytes", two_way(flow.host_bytes)},
      {"age_ms", flow.age_ms},
  };
}

json::object to_json(const CountersReport& counters) {
  const card::Counters& c = counters.card;
  return {
      {"card",
       {{"received", {{"inside", c.received[0]}, {"outside", c.received[1]}}},
        {"injected", c.injected},
        {"forwarded", c.forwarded},
        {"spliced", c.spliced},
        {"held", c.held},
        {"dropped", reasons(card::kDropReasonTexts, c.dropped)},
        {"punted", reasons(card::kPuntReasonTexts, c.punted)},
        {"injected_egress", c.injected_egress},
        {"egress_lost", c.egress_lost},
        {"cut", c.cut},
        {"events_lost", c.events_lost},
        {"tap_lost", c.tap_lost},
        {"flow_table_full", c.flow_table_full},
        {"flows", c.flows}}},
      {"balance", {{"in", c.total_in()}, {"out", c.total_out()}, {"balanced", c.balanced()}}},
      {"host", named(counters.host)},
  };
}

json::object to_json(const PolicyReport& policy) {
  json::array rules;
  for (const PolicyRule& rule : policy.rules) {
    rules.push_back({{"name", rule.name},
                     {"source", rule.source},
                     {"destination", rule.destination},
                     {"service", rule.service},
                     {"action", rule.action},
                     {"hits", rule.hits}});
  }
  return {{"configuration_version", policy.configuration_version}, {"rules", std::move(rules)}};
}

json::object to_json(const CertificateRow& certificate) {
  return {
      {"id", certificate.id},
      {"role", certificate.role},
      {"subject", safe(certificate.subject)},
      {"issuer", safe(certificate.issuer)},
      {"serial", certificate.serial},
      {"fingerprint", certificate.fingerprint},
      {"not_before", certificate.not_before},
      {"not_after", certificate.not_after},
  };
}

json::object to_json(const ExclusionRow& exclusion) {
  return {{"client", exclusion.client},           {"server", exclusion.server},
          {"server_name", exclusion.server_name}, {"cause", exclusion.cause},
          {"failures", exclusion.failures},       {"seconds_left", exclusion.seconds_left}};
}

json::object to_json(const CaReport& ca) {
  return {{"certificate", to_json(ca.certificate)}, {"pem", ca.pem}};
}

json::object error_json(const Status& status) {
  return {{"error", {{"code", code_name(status.code())}, {"message", safe(status.message())}}}};
}

json::object to_json(const LicenceReport& licence) {
  json::object out{{"strong_cryptography", licence.strong_cryptography},
                   {"text", licence.text},
                   {"installed", licence.installed}};
  if (licence.installed) {
    out["id"] = licence.id;
    out["holder"] = licence.holder;
    out["edition"] = licence.edition;
    out["features"] = json::array(licence.features.begin(), licence.features.end());
    out["not_before"] = licence.not_before;
    out["not_after"] = licence.not_after;
  }
  return out;
}

}  // namespace vitrine::api
