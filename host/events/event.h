// One event: what the appliance saw, in the field groups of the operator's event sheet.
//
// Values. A field that is not known is left empty (no text, no number), and shows as empty. The
// fields' names, labels and order are in fields.h, the only list of them. Bytes and counts are
// those of the wire.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "host/base/net.h"
#include "host/events/types.h"

namespace vitrine::events {

using EventId = uint64_t;  // from 1, never reused in a store's life; 0 is none

struct Source {
  std::string user;
  std::string realm;
  std::string ip_address;
  std::optional<uint64_t> port;
  std::string interface;
  std::string identity;
  std::optional<bool> remote_device;
  std::string client_os_name;
  std::string context_name;
};

struct Destination {
  std::string ip_address;
  std::optional<uint64_t> port;
  std::string interface;
  std::string service;  // "tcp/443"
  std::string host;
  std::string url;
  std::string url_category;
  std::string web_reputation;
  std::string threat_type;
};

struct Transaction {
  std::optional<uint64_t> connection_id;  // the session id of tls_proxy.log
  std::optional<uint64_t> transaction_id;
  std::string component_name = "TLS Proxy";
  std::optional<uint64_t> bytes_sent;      // an abort: on the server leg, appliance to server
  std::optional<uint64_t> bytes_received;  // an abort: on the server leg, server to appliance
  std::optional<uint64_t> total_bytes;     // filled by publish() where both others are known
  std::string request_content_type;
  std::string response_content_type;
  std::optional<uint64_t> http_response_status;
  std::string http_app_detected_phase;
  std::optional<uint64_t> configuration_version;
  std::string error_details;  // the TLS library's own error string
};

struct Tls {
  std::optional<bool> encrypted_flow;
  std::optional<bool> decrypted_flow;
  std::string requested_domain;  // SNI
  std::optional<bool> ambiguous_destination;
  std::string server_certificate_name;    // subject, "/CN=example.org"
  std::string server_certificate_issuer;  // "/unstructuredName=ciscoasa"
  std::string tls_version;                // of the server leg, "TLSv1.3"
  std::string server_cipher_suite;
  std::string error_details;  // what the appliance makes of it: verification error, alert
};

struct Application {
  std::string name = "Transport Layer Security Protocol";
  std::string type = "IP Protocol";
  std::string behavior;
};

struct Device {
  std::string name;  // filled by publish() from HubOptions where empty
  std::string type;
};

struct Policy {
  std::string decryption_rule;
  std::string access_rule;
  std::string identity_rule;
};

// Beyond the reference: where, why, what next, and what the card did.
struct Inspection {
  Leg leg = Leg::kNone;  // where it failed
  Cause cause = Cause::kNone;
  std::string advice;    // filled by publish() from the cause where empty
  std::string handling;  // "spliced", "relayed", "bypassed"
  std::string relay_reason;
  std::string close_reason;
  std::string client_tls_version;
  std::string client_cipher_suite;
  std::string alpn;
  std::string http_method;
  std::string http_version;             // "HTTP/1.1", "HTTP/2"
  std::string certificate_fingerprint;  // the server's own, SHA-256, "ab:cd:…"
  std::string certificate_serial;       // hexadecimal
  std::string certificate_not_before;   // ISO 8601, UTC
  std::string certificate_not_after;
  std::optional<uint64_t> records;  // verified, both directions
  std::optional<uint64_t> card_packets;
  std::optional<uint64_t> card_payload_bytes;
  std::optional<uint64_t> host_payload_bytes;
  std::optional<uint64_t> duration_ms;
  std::string message;  // configuration and system events: what happened, in words
};

struct Event {
  EventId id = 0;       // given by publish()
  int64_t time_ms = 0;  // since 1970-01-01 UTC; given by publish() where 0
  EventType type = EventType::kSystem;
  Source source;
  Destination destination;
  Transaction transaction;
  Tls tls;
  Application application;
  Device device;
  Policy policy;
  Inspection inspection;
};

// Fills addresses, ports, service and host (the address, until a name is known) for a TCP
// connection.
void set_endpoints(Event& event, const Endpoint& client, const Endpoint& server);
// Fills requested domain and host. Empty: no change.
void set_server_name(Event& event, std::string_view name);
// Fills leg, cause, both error details (the plain one with the library's where empty), and, where
// not yet known, encrypted flow (yes) and decrypted flow (no). `library_error` is the TLS library's
// error string, `plain_error` what to say to people (may be empty).
void set_failure(Event& event, Leg leg, Cause cause, std::string library_error,
                 std::string plain_error = {});

}  // namespace vitrine::events
