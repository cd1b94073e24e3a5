// Makes legs: decides what is offered upstream and what is accepted downstream, and keeps what is
// slow to make (SSL_CTX per kind of offer, upstream sessions) between connections.
//
// Server leg: offers only versions, suites, groups and signature algorithms that the client offered
// and the policy allows. AES-GCM is offered alone where the client has it (TLS 1.3) or first with
// CBC suites behind it (TLS 1.2), so that the server's choice can be spliced; SNI and ALPN are the
// client's.
// Client leg: the server leg's version and ALPN, an AES-GCM suite of the same key size first and
// none that is stronger on paper than the server leg's. No
// tickets, no early data, no renegotiation, no client certificates.
//
// Threads: any, but for set_policy().
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "host/base/clock.h"
#include "host/base/net.h"
#include "host/base/status.h"
#include "host/tls/client_hello.h"
#include "host/tls/leg.h"
#include "host/tls/peer_verdict.h"
#include "host/tls/served_leaf.h"

namespace vitrine::tls {

struct LegPolicy {
  uint16_t min_version = 0x0303;
  uint16_t max_version = 0x0304;
  // TLS 1.2 and below; the library's cipher string. Certificates' strength is the verifier's to
  // judge, hence level 1.
  std::string cipher_string =
      "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:DHE+CHACHA20:ECDHE+AES:DHE+AES:RSA+AESGCM:RSA+AES:"
      "!aNULL:!eNULL:!PSK:!SRP:!aDSS@SECLEVEL=1";
  // TLS 1.3
  std::string cipher_suites =
      "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
  // No strong-cryptography licence: upstream only NULL-encryption suites are offered, over TLS 1.2.
  bool integrity_only = false;
  bool resume_upstream = true;
  // Operator's key log (NSS key log lines without the newline). Set only where asked for by name:
  // whoever has the lines reads the traffic.
  std::function<void(std::string_view line)> key_log;
};

struct ServerLegConfig {
  const ClientHello* hello = nullptr;  // the client's; used during the call only
  // For session resumption: a session is never shared between clients or servers.
  IpAddress client;
  Endpoint server;
  PeerVerifier verifier;  // required; without one the leg trusts nothing
  // A number that changes with every change of what is trusted or how it is checked: a session that
  // was verified under another one is not resumed.
  uint64_t trust_epoch = 0;
};

struct ClientLegConfig {
  std::shared_ptr<const ServedLeaf> leaf;
  uint16_t version = 0x0304;        // the server leg's
  size_t preferred_key_bytes = 16;  // the server leg's; 0 for no preference
  // The server leg's: no stronger one is accepted, so that the client is not promised more than it
  // has. 0 for no bound.
  uint16_t server_suite = 0;
  std::string alpn;  // the server's choice; "" for none
};

class LegFactory {
 public:
  // `clock` must outlive the factory. Fails where the policy's strings select nothing.
  static Result<std::unique_ptr<LegFactory>> create(LegPolicy policy,
                                                    const Clock& clock = Clock::system());
  ~LegFactory();

  // kUnsupported where client and policy have no version or suite in common; the message says
  // which, and refusal_alert() what to tell the client.
  Result<std::unique_ptr<Leg>> make_server_leg(const ServerLegConfig& config);
  Result<std::unique_ptr<Leg>> make_client_leg(const ClientLegConfig& config);

  // From now on; legs that exist go on under the old one. Not while another call runs. Fails, and
  // changes nothing, where the policy's strings select nothing.
  Status set_policy(LegPolicy policy);
  const LegPolicy& policy() const;
  // Whether make_server_leg() would find something to offer.
  Status check_offer(const ClientHello& hello) const;
  // The alert for a client whose hello make_server_leg() refused.
  Alert refusal_alert(const ClientHello& hello) const;

 private:
  struct State;
  static Result<std::shared_ptr<State>> make_state(LegPolicy policy, const Clock& clock);
  LegFactory(std::shared_ptr<State> state, const Clock& clock);
  std::shared_ptr<State> state_;  // shared with the legs' callbacks
  const Clock& clock_;
};

}  // namespace vitrine::tls
