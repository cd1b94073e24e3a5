// What the policy in force says of one connection, by all that is known of it now.
//
// Pure. Facts become known in stages (policy/eval/facts.h): addresses with the first packet, server
// name and version with the ClientHello, the certificate once the server has shown it to us.
#pragma once

#include <cstdint>

#include "host/session/active_policy.h"
#include "host/session/flow.h"
#include "host/tls/client_hello.h"
#include "host/trust/verdict.h"

namespace vitrine::session {

// The client's highest version, as rules ask for it.
uint8_t tls_version_bit(const tls::ClientHello& hello);
// What verification said, as rules ask for it: one failure may be of several kinds.
uint16_t certificate_state(const trust::Verdict& verdict);
CertificateFacts certificate_facts(const X509* certificate, const trust::Verdict& verdict);

// The facts of the flow; HTTP is left pending.
policy::Facts policy_facts(const FlowFacts& flow, int64_t wall_ms);
policy::Decided judge(const ActivePolicy& active, const FlowFacts& flow, int64_t wall_ms);
// Notes version, rules and identity in the flow, for its events.
void note_decision(const ActivePolicy& active, const policy::Decided& decided, FlowFacts& flow);

}  // namespace vitrine::session
