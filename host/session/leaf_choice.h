// Which kind of forged leaf a client can use.
#pragma once

#include "host/signer/leaf_forge.h"
#include "host/tls/client_hello.h"

namespace vitrine::session {

// ECDSA P-256 where the client takes it in the negotiated version, else RSA. For TLS 1.2 the kind
// whose AES-GCM suites the client offers is preferred, so that the flow can be spliced.
signer::KeyType choose_key_type(const tls::ClientHello& hello, uint16_t version);

}  // namespace vitrine::session
