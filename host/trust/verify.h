// Verification of a server's chain: path building and signatures by OpenSSL, then a list of checks
// of our own (RFC 5280, RFC 6125).
//
// Stages: (1) limits on count and size, (2) the path, from a pin or from the anchors, at the given
// time, for purpose "server", at the given security level, (3) each check of default_checks() in
// turn. The first failure is the verdict. Threads: reentrant.
#pragma once

#include <ctime>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "host/trust/peer_name.h"
#include "host/trust/trust_store.h"
#include "host/trust/verdict.h"

namespace vitrine::trust {

struct VerifyLimits {
  int max_depth = 8;                    // intermediate certificates between server and anchor
  size_t max_certificates = 32;         // that the server may send
  size_t max_chain_bytes = 128U << 10;  // of DER in all
  int security_level = 1;               // OpenSSL's; never below 1
};

// What a check looks at once a path stands.
struct VerifiedPath {
  STACK_OF(X509) * chain;  // leaf first, anchor last; borrowed
  const PeerName& name;
  const Pin* pin;  // null where the path ends at an anchor
  time_t now;
};

struct CheckFailure {
  int code = X509_V_ERR_APPLICATION_VERIFICATION;
  int depth = 0;
};

// One thing that must hold of a path.
struct ChainCheck {
  const char* name;
  std::optional<CheckFailure> (*run)(const VerifiedPath& path);
};

// All checks, in the order in which they run; a stricter verification adds rows here.
std::span<const ChainCheck> default_checks();

// `leaf` is the server's own certificate, `untrusted` what else it sent (may be null).
Verdict verify(const Anchors& anchors, X509* leaf, STACK_OF(X509) * untrusted, const PeerName& name,
               time_t now, const VerifyLimits& limits = {});

}  // namespace vitrine::trust
