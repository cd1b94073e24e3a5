// One connection as the session room knows it: who, since when, where it stands, what was counted.
//
// Plain data that the stages fill and the API and events read.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "host/api/backend.h"
#include "host/base/net.h"
#include "host/card/types.h"
#include "host/events/types.h"
#include "host/wire/link.h"
#include "policy/eval/facts.h"

namespace vitrine::session {

// The rules that decided, by list, and who identity says the client is; "" where none.
struct DecidingRules {
  std::string decryption;
  std::string access;
  std::string identity;
  std::string user;
  std::string subject;  // "user ada", "group staff"
};

// Of the server's certificate, as rules ask for it.
struct CertificateFacts {
  std::string issuer;       // one line, lower case
  std::string fingerprint;  // SHA-256, lower-case hexadecimal
  uint16_t state = policy::kCertificateValid;
};

// The server is not trusted and the rule says so to the client (resign.h).
struct ShownFault {
  events::Cause cause = events::Cause::kNone;
  std::string text;
};

struct FlowFacts {
  uint64_t id = 0;    // Connection ID of events, session of tls_proxy.log
  card::FlowKey key;  // of the client's packets
  api::FlowState state = api::FlowState::kOpening;
  uint64_t started_ns = 0;
  std::string server_name;
  DecidingRules rules;
  policy::DecryptOutcome decrypt;  // decrypted: how
  uint32_t configuration_version = 0;
  // What is known of it for the policy (policy/eval/facts.h).
  policy::Knowledge known;
  uint8_t offered_version = policy::kTls13Bit;          // the client's highest
  std::shared_ptr<const CertificateFacts> certificate;  // null: not known
  std::string client_version;
  std::string server_version;
  std::string client_suite;
  std::string server_suite;
  std::string alpn;
  std::string relay_reason;
  std::string server_subject;
  std::string server_issuer;
  std::optional<ShownFault> shown_fault;
  card::FlowId card_flow = 0;            // where the card has an entry
  std::array<uint32_t, 2> deltas{};      // spliced: added to sequence numbers, by card::Direction
  std::array<uint64_t, 2> host_bytes{};  // plaintext through the host: client to server, back
  std::array<wire::LinkTemplate, 2> links;  // of frames that client and server send, as received

  Endpoint client() const { return {key.source, key.source_port}; }
  Endpoint server() const { return {key.destination, key.destination_port}; }
  card::Direction client_direction() const { return card::direction_from(key.ingress); }
};

}  // namespace vitrine::session
