// What validation needs to know of one certificate, read once (RFC 5280 section 4).
//
// Reading never fails: an extension that does not parse, comes twice or is unknown is recorded, and
// the checks decide what that means. Ownership: a Facts owns a reference to its certificate;
// immutable once made. Threads: any.
#pragma once

#include <cstdint>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/base/openssl.h"
#include "host/trust/certificate.h"

namespace vitrine::trust {

using UniqueNameConstraints = std::unique_ptr<NAME_CONSTRAINTS, OpensslFree<NAME_CONSTRAINTS_free>>;

// One extension as it stands in the certificate.
struct ExtensionFact {
  int nid = 0;      // NID_undef where OpenSSL has no name for it
  std::string oid;  // dotted
  bool critical = false;
  bool malformed = false;  // a known type whose value does not parse, or has bytes after it
};

struct BasicConstraintsFact {
  bool ca = false;
  std::optional<uint32_t> path_length;  // values beyond 32 bits are as good as none
};

struct AuthorityKeyFact {
  std::optional<std::vector<uint8_t>> key_id;
  bool has_issuer = false;
  bool has_serial = false;
};

// Certificate policies and what RFC 5280 sections 4.2.1.4, .5, .11 and .14 hang on them. Policies
// are dotted OIDs.
struct PolicyFacts {
  std::optional<std::vector<std::string>> policies;
  std::vector<std::pair<std::string, std::string>> mappings;  // issuer's domain, subject's domain
  std::optional<uint32_t> require_explicit;
  std::optional<uint32_t> inhibit_mapping;
  std::optional<uint32_t> inhibit_any;
};

struct Facts {
  std::shared_ptr<X509> certificate;
  Digest digest{};
  // Subject, key and alternative names: what RFC 4158 section 5.2 compares to keep loops out.
  Digest identity{};
  unsigned long subject_hash = 0;  // of the canonical names; equal names have equal hashes
  unsigned long issuer_hash = 0;
  bool self_issued = false;
  std::optional<Validity> validity;  // nullopt where a date does not parse

  std::vector<ExtensionFact> extensions;
  std::optional<BasicConstraintsFact> basic_constraints;
  std::optional<uint32_t> key_usage;                           // KU_ bits of OpenSSL
  std::optional<std::vector<std::string>> extended_key_usage;  // dotted OIDs
  std::optional<std::vector<uint8_t>> subject_key_id;
  std::optional<AuthorityKeyFact> authority_key;
  UniqueGeneralNames alternative_names;  // null where absent or malformed
  UniqueNameConstraints name_constraints;
  PolicyFacts policy;

  X509* x509() const { return certificate.get(); }
  const ExtensionFact* extension(int nid) const;  // null where absent
  bool has_extension(int nid) const { return extension(nid) != nullptr; }
  bool is_ca() const { return basic_constraints.has_value() && basic_constraints->ca; }
  bool has_empty_subject() const;
  bool has_empty_issuer() const;
};

std::shared_ptr<const Facts> read_facts(std::shared_ptr<X509> certificate);

// "1.2.840..."; "" for null.
std::string dotted(const ASN1_OBJECT* object);

}  // namespace vitrine::trust
