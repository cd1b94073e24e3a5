#include "host/session/flow_events.h"

#include <openssl/x509.h>

#include "host/trust/certificate.h"

namespace vitrine::session {
namespace {

using events::Event;
using events::EventType;

const char* interface_name(card::Port port) {
  return port == card::Port::kInside ? "inside" : "outside";
}

std::string fingerprint(const X509* certificate) {
  const std::string hex = to_hex(trust::digest_of(certificate));
  std::string text;
  for (size_t i = 0; i < hex.size(); i += 2) {
    text += (i == 0 ? "" : ":") + hex.substr(i, 2);
  }
  return text;
}

void add_certificate(Event& event, const X509* certificate) {
  event.tls.server_certificate_name = trust::subject_of(certificate);
  event.tls.server_certificate_issuer = trust::issuer_of(certificate);
  event.inspection.certificate_fingerprint = fingerprint(certificate);
}

void add_server_leg(Event& event, const tls::Leg& server) {
  const tls::LegReport report = server.report();
  event.tls.tls_version = report.version_text;
  event.tls.server_cipher_suite = report.cipher;
  event.transaction.bytes_sent = report.bytes_out;
  event.transaction.bytes_received = report.bytes_in;
  if (const X509* certificate = server.peer_certificate()) {
    add_certificate(event, certificate);
  } else if (report.verdict.has_value()) {
    event.tls.server_certificate_name = report.verdict->subject;
    event.tls.server_certificate_issuer = report.verdict->issuer;
  }
}

void log_alerts(events::TlsProxyLog& log, const tls::LegReport& report, events::Leg leg,
                uint64_t session) {
  for (const tls::AlertSeen& alert : report.alerts) {
    log.alert(alert.sent ? events::AlertDirection::kSent : events::AlertDirection::kReceived, leg,
              alert.code, session);
  }
}

// The order of the reference: why, then what was said on the wire, then the problem.
void log_server(events::TlsProxyLog& log, const tls::LegReport& report, uint64_t session) {
  if (report.verdict.has_value() && !report.verdict->trusted()) {
    log.verify_failure(report.verdict->text, report.verdict->error, report.verdict->depth,
                       report.verdict->subject, report.verdict->issuer);
  }
  log_alerts(log, report, events::Leg::kServer, session);
}

}  // namespace

Event base_event(const FlowFacts& facts, EventType type) {
  Event event;
  event.type = type;
  events::set_endpoints(event, facts.client(), facts.server());
  events::set_server_name(event, facts.server_name);
  event.source.interface = interface_name(facts.key.ingress);
  event.destination.interface = interface_name(opposite(facts.key.ingress));
  event.transaction.connection_id = facts.id;
  event.transaction.configuration_version = facts.configuration_version;
  event.tls.encrypted_flow = true;
  event.tls.decrypted_flow = false;
  event.tls.ambiguous_destination = false;
  event.policy.decryption_rule = facts.rules.decryption;
  event.policy.access_rule = facts.rules.access;
  event.policy.identity_rule = facts.rules.identity;
  event.source.user = facts.rules.user;
  event.source.identity = facts.rules.subject;
  return event;
}

void publish_abort(events::EventHub& hub, const FlowFacts& facts, const Failure& failure,
                   const tls::Leg* client, const tls::Leg* server) {
  events::TlsProxyLog log = hub.log();
  Event event = base_event(facts, EventType::kTlsAbort);
  if (server != nullptr) {
    add_server_leg(event, *server);
    log_server(log, server->report(), facts.id);
  }
  if (client != nullptr) {
    const tls::LegReport report = client->report();
    event.inspection.client_tls_version = report.version_text;
    event.inspection.client_cipher_suite = report.cipher;
    log_alerts(log, report, events::Leg::kClient, facts.id);
  }
  const std::string problem =
      failure.library_error.empty() ? failure.plain_error : failure.library_error;
  log.problem(problem, failure.leg, facts.id);
  events::set_failure(event, failure.leg, failure.cause, problem, failure.plain_error);
  hub.publish(std::move(event));
}

void publish_established(events::EventHub& hub, const FlowFacts& facts, const tls::Leg& server) {
  Event event = base_event(facts, EventType::kTlsEstablished);
  add_server_leg(event, server);
  event.tls.decrypted_flow = true;
  event.inspection.client_tls_version = facts.client_version;
  event.inspection.client_cipher_suite = facts.client_suite;
  event.inspection.alpn = facts.alpn;
  if (facts.shown_fault) {
    // Both legs are up, and the client has been told: the fault stays on record.
    events::TlsProxyLog log = hub.log();
    log_server(log, server.report(), facts.id);
    events::set_failure(event, events::Leg::kServer, facts.shown_fault->cause, "",
                        facts.shown_fault->text);
    event.inspection.message = "shown to the client as untrusted (`untrusted: resign`)";
  }
  hub.publish(std::move(event));
}

void publish_bypassed(events::EventHub& hub, const FlowFacts& facts, const std::string& why) {
  Event event = base_event(facts, EventType::kFlowBypassed);
  event.inspection.handling = "bypassed";
  event.inspection.message = why;
  hub.publish(std::move(event));
}

// Nothing is known of what the connection would have carried: fields of TLS stay empty but for what
// the hello said.
void publish_denied(events::EventHub& hub, const FlowFacts& facts, events::Cause cause) {
  Event event = base_event(facts, EventType::kFlowDeny);
  event.inspection.cause = cause;
  if (facts.id == 0) {
    event.transaction.connection_id.reset();
  }
  if (facts.known.hello != policy::Known::kYes) {
    event.tls = {};
    event.application = {"", "", ""};
  }
  if (facts.key.protocol != policy::kTcp) {
    const uint32_t service = policy::service_key(facts.key.protocol, facts.key.destination_port);
    const bool has_ports = facts.key.protocol == policy::kUdp;
    event.destination.service =
        policy::to_string(has_ports ? policy::ServiceRange{service, service}
                                    : policy::protocol_range(facts.key.protocol));
    if (!has_ports) {
      event.source.port.reset();
      event.destination.port.reset();
    }
    event.application.name = facts.rules.access == "quic" ? "QUIC" : "";
  }
  hub.publish(std::move(event));
}

void publish_end(events::EventHub& hub, const FlowFacts& facts, const FlowEnd& end) {
  Event event = base_event(facts, end.type);
  event.tls.decrypted_flow = true;
  event.tls.tls_version = facts.server_version;
  event.tls.server_cipher_suite = facts.server_suite;
  event.tls.server_certificate_name = facts.server_subject;
  event.tls.server_certificate_issuer = facts.server_issuer;
  event.inspection.client_tls_version = facts.client_version;
  event.inspection.client_cipher_suite = facts.client_suite;
  event.inspection.alpn = facts.alpn;
  event.inspection.handling = end.card.has_value() ? "spliced" : "relayed";
  event.inspection.relay_reason = facts.relay_reason;
  event.inspection.close_reason = end.text;
  event.inspection.host_payload_bytes = facts.host_bytes[0] + facts.host_bytes[1];
  event.inspection.duration_ms = (end.now_ns - facts.started_ns) / 1'000'000;
  uint64_t sent = facts.host_bytes[0];
  uint64_t received = facts.host_bytes[1];
  if (end.card.has_value()) {
    const auto& up = end.card->directions[card::index(facts.client_direction())];
    const auto& down = end.card->directions[card::index(card::opposite(facts.client_direction()))];
    sent += up.new_payload_bytes;
    received += down.new_payload_bytes;
    event.inspection.records = up.records + down.records;
    event.inspection.card_packets = up.packets + down.packets;
    event.inspection.card_payload_bytes = up.new_payload_bytes + down.new_payload_bytes;
  }
  event.transaction.bytes_sent = sent;
  event.transaction.bytes_received = received;
  if (end.type == EventType::kTlsAbort) {
    events::set_failure(event, events::Leg::kNone, end.cause, "", end.text);
  } else {
    event.inspection.cause = end.cause;
  }
  hub.publish(std::move(event));
}

FlowEnd end_of_splice(const card::FlowEvent& event) {
  FlowEnd end;
  end.text = card::close_reason_text(event.reason);
  end.card = event.stats;
  const auto killed_by = [&](events::Cause cause) {
    end.cause = cause;
    end.type = EventType::kTlsAbort;
    end.text += " (record " + std::to_string(event.in_record) + " from the " +
                (event.direction == card::Direction::kFromInside ? "inside" : "outside") + ")";
  };
  switch (event.reason) {
    case card::CloseReason::kBadRecord:
      killed_by(events::Cause::kRecordAuthenticationFailed);
      break;
    case card::CloseReason::kProtocol:
      killed_by(events::Cause::kRecordProtocol);
      break;
    case card::CloseReason::kRenegotiation:
      killed_by(events::Cause::kRenegotiation);
      break;
    case card::CloseReason::kZeroized:
      end.cause = events::Cause::kKeysCleared;
      end.type = EventType::kTlsAbort;
      break;
    case card::CloseReason::kIdle:
      end.cause = events::Cause::kIdleTimeout;
      break;
    case card::CloseReason::kFin:
    case card::CloseReason::kReset:
    case card::CloseReason::kRemoved:
      break;
  }
  return end;
}

}  // namespace vitrine::session
