// The certificates of a configuration: read from what an operator hands in, and put into the trust
// store when a version takes effect.
//
// In the store they are transient: the configuration is where they last, so that what a version
// does not hold is not trusted after a crash either. Files that lie in the state directory's trust/
// folder by hand are the store's own and stay untouched.
#pragma once

#include <map>
#include <string>

#include "host/base/bytes.h"
#include "host/base/status.h"
#include "host/trust/imported.h"
#include "host/trust/trust_store.h"

namespace vitrine::config {

using Certificates = std::map<std::string, std::string>;  // SHA-256 -> PEM

// PEM, DER or PKCS#7, any number. Untrusted bytes.
Result<Certificates> read_certificates(Bytes bytes);
// The row of one; an error where the PEM does not hold exactly the certificate that `id` says.
Result<trust::ImportedCertificate> describe_certificate(const std::string& id,
                                                        const std::string& pem);

// Makes the store's transient certificates those of `after`, where they were those of `before`. All
// or nothing.
Status replace_trusted(trust::TrustStore& store, const Certificates& before,
                       const Certificates& after);

}  // namespace vitrine::config
