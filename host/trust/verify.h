// Verification of a server's chain: a path is found (path_builder.h) and held against the checks
// (check_table.h), all by this room; OpenSSL parses certificates and verifies signatures.
//
// Stages: (1) limits on count and size, (2) a certificate that was imported is held against its pin
// alone, (3) otherwise a path to an anchor is looked for, and the first that passes every check of
// its profile is the verdict. Where none passes, the failure that says most is. Threads: reentrant.
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "host/trust/check_table.h"
#include "host/trust/path.h"
#include "host/trust/peer_name.h"
#include "host/trust/trust_store.h"
#include "host/trust/verdict.h"

namespace vitrine::trust {

struct VerifyLimits {
  int max_depth = 8;                    // intermediate certificates between server and anchor
  size_t max_certificates = 64;         // that the server may send
  size_t max_chain_bytes = 128U << 10;  // of DER in all
};

struct VerifyRequest {
  X509* leaf = nullptr;  // null: the server sent none
  STACK_OF(X509) * untrusted =
      nullptr;                     // what else there is; the leaf may be among it; may be null
  const PeerName* name = nullptr;  // null: no name is asked for
  time_t now = 0;
  VerifyLimits limits = {};
  std::optional<Profile> profile = {};  // overrides the one that the anchor asks for
  bool server_purpose = true;
  const PolicySettings* policy = nullptr;
  const RevocationSettings* revocation = nullptr;
};

// A row of the table and what came of it.
struct CheckReport {
  enum class Result : uint8_t { kPassed, kFailed, kNotAsked, kNotReached };
  const Check* check;
  Result result;
  std::vector<Finding> findings;  // of each certificate that fails
};

// The path that the verdict speaks of, and every check.
struct Report {
  std::vector<std::shared_ptr<X509>> path;  // leaf first
  bool anchored = false;
  bool pinned = false;
  Profile profile = Profile::kRfc5280;
  std::vector<CheckReport> checks;  // in the table's order; empty where there was nothing to check
};

// `report`, where not null, is filled.
Verdict verify(const Anchors& anchors, const VerifyRequest& request, Report* report = nullptr);

Verdict verify(const Anchors& anchors, X509* leaf, STACK_OF(X509) * untrusted, const PeerName& name,
               time_t now, const VerifyLimits& limits = {});

}  // namespace vitrine::trust
