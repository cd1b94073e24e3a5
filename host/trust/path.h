// A certification path under test, and how one check reports on it.
//
// Depth 0 is the server's own certificate, the last is the anchor once the path is anchored.
// Ownership: a Path borrows everything; it lives within one verification.
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "host/trust/facts.h"
#include "host/trust/peer_name.h"

namespace vitrine::trust {

struct Pin;

// How much is asked of a path; see README.md.
enum class Profile : uint8_t {
  kRfc5280,  // path validation, sound encodings, sound keys
  kWebPki,   // also what RFC 5280 and the CA/Browser Forum demand of those who issue
};

// RFC 5280 section 6.1.1 (c) to (g). Defaults: any policy, none required.
struct PolicySettings {
  std::set<std::string> initial_policies;  // empty: any-policy
  bool require_explicit = false;
  bool inhibit_mapping = false;
  bool inhibit_any = false;
};

struct RevocationSettings {
  std::vector<std::shared_ptr<X509_CRL>> lists;
  bool required = false;  // a certificate whose issuer has no list fails
};

struct Path {
  std::vector<const Facts*> certificates;
  bool anchored = false;
  bool anchor_vetted = false;  // the anchor's own form was vetted by a root programme
  Profile profile = Profile::kRfc5280;
  const PeerName* name = nullptr;  // null: no name is asked for
  bool server_purpose = true;      // false: key usage and purposes of the leaf are not asked for
  const Pin* pin = nullptr;
  time_t now = 0;
  const PolicySettings* policy = nullptr;          // null: the defaults
  const RevocationSettings* revocation = nullptr;  // null: none
  // What else is at hand, for issuers of revocation lists that are not on the path. May be null.
  STACK_OF(X509) * untrusted = nullptr;

  size_t size() const { return certificates.size(); }
  const Facts& at(size_t depth) const { return *certificates[depth]; }
  bool is_anchor(size_t depth) const { return anchored && depth + 1 == size(); }
  // The server's own certificate, even where it is the anchor.
  static bool is_leaf(size_t depth) { return depth == 0; }
  bool is_issuer(size_t depth) const { return depth > 0; }
};

// Why a check failed.
struct Finding {
  int code;            // X509_V_ERR_...
  size_t depth;        // of the certificate at fault
  std::string detail;  // "path length 0 exceeded by 1 intermediate"
};
using Outcome = std::optional<Finding>;  // nullopt: passed

}  // namespace vitrine::trust
