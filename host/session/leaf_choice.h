// Which kind of forged leaf a client can use.
#pragma once

#include "host/signer/leaf_forge.h"
#include "host/tls/client_hello.h"

namespace vitrine::session {

// ECDSA P-256 where the client takes it in the negotiated version, else RSA. For TLS 1.2 the kind
// for which the client offers the server leg's `suite`, but for its signature, comes first: the
// client leg may have that suite and nothing stronger. Otherwise (0: not known) the kind whose
// AES-GCM suites it offers, so that the flow can be spliced.
signer::KeyType choose_key_type(const tls::ClientHello& hello, uint16_t version,
                                uint16_t suite = 0);

}  // namespace vitrine::session
