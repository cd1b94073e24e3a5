// The X.509 extensions that the signer writes (RFC 5280 section 4.2).
#pragma once

#include <string>

#include "host/base/openssl.h"
#include "host/base/status.h"
#include "host/signer/protocol.h"

namespace vitrine::signer {

// `value` is in OpenSSL's configuration syntax, hence never from outside. Key identifiers are taken
// from `issuer` and `certificate`, so their keys must be set.
Status add_extension(X509* certificate, X509* issuer, int nid, const char* value);

// subjectAltName, critical where the subject is empty. REQUIRES: names checked.
Status add_names(X509* certificate, const SignRequest& request);

// A positive random serial number of 127 bits.
Status set_random_serial(X509* certificate);

// Seconds since 1970 UTC.
Status set_validity(X509* certificate, int64_t not_before, int64_t not_after);

}  // namespace vitrine::signer
