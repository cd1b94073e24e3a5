// The extensions of a ClientHello (RFC 8446 section 4.2), of which most are only noted.
//
// Refuses duplicate types, lengths that do not fit their block, empty lists where the RFC wants an
// element, and a pre_shared_key that is not last.
#pragma once

#include <string>

#include "host/tls/client_hello.h"

namespace vitrine::tls {

// `block` is the contents of the extensions vector. "" or what is wrong.
std::string read_extensions(Bytes block, ClientHello& hello);

}  // namespace vitrine::tls
