// The CA that signs what must not be trusted: leaves that show a client the fault of its server's
// certificate (`untrusted: resign` in the policy).
//
// Made anew by every worker of the signer and never written down: nobody can import it, and nothing
// that it ever signed becomes trusted later. Its name says what it is.
#pragma once

#include <cstdint>

#include "host/base/openssl.h"
#include "host/base/status.h"

namespace vitrine::signer {

constexpr const char* kUntrustedName = "Vitrine untrusted";

struct UntrustedCa {
  UniqueX509 certificate;
  UniquePkey key;
};

// `now`: seconds since 1970 UTC.
Result<UntrustedCa> make_untrusted_ca(int64_t now);

}  // namespace vitrine::signer
