// Ed25519 signatures (RFC 8032) over texts, as one line of base 64. What is signed begins with a
// title of its own, so that no signed text is taken for another kind.
#pragma once

#include <string>
#include <string_view>

#include "host/base/openssl.h"
#include "host/base/status.h"

namespace vitrine::licence {

Result<std::string> sign_text(std::string_view text, EVP_PKEY* signer);

// kMalformed where `encoded` is no signature, kPermission where it is not `signer`'s over `said`.
// `what` names the signed thing in messages: "licence".
Status check_signature(std::string_view said, std::string_view encoded, EVP_PKEY* signer,
                       std::string_view what);

}  // namespace vitrine::licence
