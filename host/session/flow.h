// One connection as the session room knows it: who, since when, where it stands, what was counted.
//
// Plain data that the stages fill and the API and events read.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "host/api/backend.h"
#include "host/base/net.h"
#include "host/card/types.h"
#include "host/wire/link.h"

namespace vitrine::session {

struct FlowFacts {
  uint64_t id = 0;    // Connection ID of events, session of tls_proxy.log
  card::FlowKey key;  // of the client's packets
  api::FlowState state = api::FlowState::kOpening;
  uint64_t started_ns = 0;
  std::string server_name;
  std::string rule;
  uint32_t configuration_version = 0;
  std::string client_version;
  std::string server_version;
  std::string client_suite;
  std::string server_suite;
  std::string alpn;
  std::string relay_reason;
  std::string server_subject;
  std::string server_issuer;
  card::FlowId card_flow = 0;            // where the card has an entry
  std::array<uint32_t, 2> deltas{};      // spliced: added to sequence numbers, by card::Direction
  std::array<uint64_t, 2> host_bytes{};  // plaintext through the host: client to server, back
  std::array<wire::LinkTemplate, 2> links;  // of frames that client and server send, as received

  Endpoint client() const { return {key.source, key.source_port}; }
  Endpoint server() const { return {key.destination, key.destination_port}; }
  card::Direction client_direction() const { return card::direction_from(key.ingress); }
};

}  // namespace vitrine::session
