// Certificates and keys made up for a test.
#pragma once

#include <memory>
#include <string>

#include "host/base/openssl.h"
#include "host/tls/served_leaf.h"

namespace vitrine::tls::test {

struct Identity {
  UniqueX509 certificate;
  UniquePkey key;
};

// Self-signed, valid from now for an hour, SAN `name`. `rsa`: RSA-2048 instead of P-256.
Identity make_identity(const std::string& name, bool rsa = false);
std::shared_ptr<const ServedLeaf> make_leaf(const std::string& name);

}  // namespace vitrine::tls::test
