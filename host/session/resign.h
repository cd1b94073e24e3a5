// `untrusted: resign`: a server that is not trusted is shown to the client as just that.
//
// The client gets a leaf of the untrusted CA (signer/untrusted_ca.h) with the server's own names
// and dates, so that it finds an unknown issuer and, where that was the fault, an expired
// certificate or a wrong name. Faults that such a leaf cannot have (revoked, weak, malformed, not
// allowed to issue) are blocked as without the setting: a client could be shown less than what is
// wrong.
#pragma once

#include "host/session/failure.h"
#include "host/session/flow.h"
#include "host/trust/verdict.h"

namespace vitrine::session {

// Not trusted, for a fault that the client can be shown.
bool can_be_shown(const trust::Verdict& verdict);

// A client that refuses such a leaf does what it should: the cause is the server's certificate, not
// a client that pins or that lacks the CA.
Failure blame(const FlowFacts& flow, Failure failure);

}  // namespace vitrine::session
