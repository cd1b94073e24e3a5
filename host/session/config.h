// Limits and times of the session room.
#pragma once

#include <cstddef>
#include <cstdint>

#include "host/takeover/connection.h"

namespace vitrine::session {

constexpr uint64_t kMs = 1'000'000;  // in nanoseconds

struct Config {
  size_t max_flows = 262144;                // connections in any stage
  size_t max_openings = 65536;              // connections before their ClientHello
  size_t max_inspections = 16384;           // connections on the host: handshake or relay
  size_t max_held_hello_bytes = 64U << 20;  // memory of all undecided ClientHellos together
  uint32_t half_open_timeout_ms = 10'000;   // SYN to ACK
  uint32_t hello_timeout_ms = 300'000;      // ACK to first data
  uint32_t handshake_timeout_ms = 10'000;   // hello to both legs established
  uint32_t closing_timeout_ms = 2'000;      // alert sent to reset
  uint32_t idle_timeout_ms = 3'600'000;     // decided flows
  // Flows let through before the client had confirmed the server's SYN. Twice what BGP, the usual
  // signed connection, waits for a sign of life (RFC 4271 section 10).
  uint32_t odd_idle_timeout_ms = 180'000;
  uint32_t handover_timeout_ms = 500;  // one attempt
  uint32_t handover_attempts = 6;
  // TCP packets of connections whose SYN was not seen: reset, else forward.
  bool reset_midstream = true;
  // Follow the content of decrypted connections: HTTP events.
  bool inspect_content = true;
  size_t max_tap_bytes = 64U << 20;  // plaintext of all connections that waits for its record
  takeover::ConnectionLimits connection;
};

}  // namespace vitrine::session
