// What the API tells about the appliance and asks of it; implemented by the daemon.
//
// Threads: the server calls every member on the thread that runs its io_context, one at a time; the
// implementation synchronizes with the packet path itself. Times are milliseconds, counts are those
// of the wire. Nothing here may carry a key or a session secret.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/base/net.h"
#include "host/base/status.h"
#include "host/card/card.h"
#include "host/card/reasons.h"
#include "host/config/manager.h"

namespace vitrine::api {

enum class FlowState : uint8_t { kOpening, kHandshake, kSpliced, kRelayed, kBypassed };
inline constexpr size_t kFlowStates = 5;
// "opening", "handshake", ...
std::string_view flow_state_name(FlowState state);

// A counter of the host's, with what it means.
struct NamedCount {
  std::string name;
  uint64_t value = 0;
  std::string text;
};

struct ApplianceStatus {
  std::string version;
  card::CardInfo card;
  bool card_running = false;
  bool fail_open = false;  // what the card does when the host is gone: forward, or block
  std::string inside;
  std::string outside;
  uint64_t uptime_ms = 0;
  uint64_t configuration_version = 0;
  std::string state_directory;
  std::string ca_fingerprint;                 // SHA-256, empty without a CA
  std::array<uint64_t, kFlowStates> flows{};  // now, by FlowState
  uint64_t handshakes_completed = 0;
  uint64_t handshakes_failed = 0;
  uint64_t handovers_completed = 0;
  uint64_t handovers_retried = 0;
  uint64_t handovers_failed = 0;
  std::vector<NamedCount> relay_reasons;
  // events stored, lost: filled by the server from the hub
};

// [0]: client to server, [1]: server to client.
struct FlowRow {
  uint64_t id = 0;  // the Connection ID of its events
  Endpoint client;
  Endpoint server;
  std::string server_name;
  FlowState state = FlowState::kOpening;
  std::string client_version;  // "TLSv1.3"
  std::string server_version;
  std::string client_suite;
  std::string server_suite;
  std::string alpn;
  std::string relay_reason;
  std::array<uint64_t, 2> card_packets{};
  std::array<uint64_t, 2> card_bytes{};  // payload, without retransmissions where spliced
  std::array<uint64_t, 2> host_bytes{};  // payload that the host saw
  uint64_t age_ms = 0;
};

struct CountersReport {
  card::Counters card;
  std::vector<NamedCount> host;
};

struct PolicyRule {
  std::string name;
  std::string source;  // "any", or networks
  std::string destination;
  std::string service;  // "tcp/443"
  std::string action;   // "decrypt", "do not decrypt", "deny"
  uint64_t hits = 0;
};

struct PolicyReport {
  uint64_t configuration_version = 0;
  std::vector<PolicyRule> rules;  // first match wins
};

struct CertificateRow {
  std::string id;    // what DELETE takes
  std::string role;  // "decryption" (the CA), "trusted" (imported), "candidate" (will be)
  std::string subject;
  std::string issuer;
  std::string serial;
  std::string fingerprint;  // SHA-256
  std::string not_before;   // ISO 8601, UTC
  std::string not_after;
};

// A server that proved undecryptable and is left alone for a while.
struct ExclusionRow {
  std::string client;  // "any", or the one client that it holds for
  std::string server;
  std::string server_name;
  std::string cause;  // as the policy names it: "pinned"
  uint64_t failures = 0;
  uint64_t seconds_left = 0;
};

struct LicenceReport {
  bool strong_cryptography = false;  // else servers are offered no suite that encrypts
  std::string text;                  // what it comes to, in words
  bool installed = false;            // the rest is empty where none is
  std::string id;
  std::string holder;
  std::string edition;
  std::vector<std::string> features;
  std::string not_before;  // "2026-11-24", both included
  std::string not_after;
};

struct CaReport {
  CertificateRow certificate;
  std::string pem;  // the certificate; never the key
};

// Bytes for one client, as long as it stays.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  // All that waits; whole units of what it carries.
  virtual std::string take() = 0;
};

class Backend {
 public:
  virtual ~Backend() = default;

  // Decrypted traffic as pcapng. `filters`: client, server, host, port; an unknown one is an error.
  // `wake` may be called from any thread, never from within this call.
  virtual Result<std::unique_ptr<ByteStream>> open_mirror(
      const std::map<std::string, std::string>& /*filters*/,
      // NOLINTNEXTLINE(performance-unnecessary-value-param): those who override it keep it.
      std::function<void()> /*wake*/) {
    return Status(Code::kUnsupported, "no decrypted traffic can be mirrored here");
  }

  virtual ApplianceStatus status() = 0;
  // At most `limit`, oldest first.
  virtual std::vector<FlowRow> flows(size_t limit) = 0;
  virtual CountersReport counters() = 0;
  virtual PolicyReport policy() = 0;
  virtual std::vector<CertificateRow> certificates() = 0;
  virtual std::vector<ExclusionRow> exclusions() { return {}; }
  // How many were in force.
  virtual uint64_t clear_exclusions() { return 0; }
  // kNotFound where no CA is set up.
  virtual Result<CaReport> ca() = 0;
  virtual LicenceReport licence() = 0;
  // The licence's text; in force at once.
  virtual Result<LicenceReport> install_licence(std::string_view text) = 0;
  virtual Result<LicenceReport> remove_licence() = 0;
  // Touched on the API's thread only.
  virtual config::Manager& configuration() = 0;
};

}  // namespace vitrine::api
