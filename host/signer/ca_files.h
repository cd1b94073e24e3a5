// The CA's directory (see ca.h for its layout).
#pragma once

#include <string>

#include "host/base/openssl.h"
#include "host/base/status.h"

namespace vitrine::signer {

// Fills a directory aside, syncs it and renames it to DIR/ca; kAlreadyExists where that is there.
Status write_ca(const std::string& state_dir, const X509* certificate, const EVP_PKEY* key);

}  // namespace vitrine::signer
