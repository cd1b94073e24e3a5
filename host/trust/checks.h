// The check functions, one file a family; check_table.cpp says what each is for and in which order
// they run. All have the same shape: nullopt where the check passes, or does not concern the depth.
#pragma once

#include "host/trust/path.h"

namespace vitrine::trust {

constexpr const char* kServerAuth = "1.3.6.1.5.5.7.3.1";
constexpr const char* kAnyPurpose = "2.5.29.37.0";

inline Finding invalid_extension(size_t depth, std::string detail) {
  return {X509_V_ERR_INVALID_EXTENSION, depth, std::move(detail)};
}

// checks_form.cpp: encodings of one certificate.
Outcome check_version(const Path& path, size_t depth);
Outcome check_serial(const Path& path, size_t depth);
Outcome check_algorithm_agreement(const Path& path, size_t depth);
Outcome check_validity_encoding(const Path& path, size_t depth);
Outcome check_names_present(const Path& path, size_t depth);
Outcome check_extensions_unique(const Path& path, size_t depth);
Outcome check_extensions_parse(const Path& path, size_t depth);
Outcome check_critical_extensions(const Path& path, size_t depth);

// checks_key.cpp: keys and signatures.
Outcome check_key(const Path& path, size_t depth);
Outcome check_signature_algorithm(const Path& path, size_t depth);

// checks_ca.cpp: who may issue what.
Outcome check_validity(const Path& path, size_t depth);
Outcome check_basic_constraints(const Path& path, size_t depth);
Outcome check_key_usage(const Path& path, size_t depth);
Outcome check_purpose(const Path& path, size_t depth);
Outcome check_path_length(const Path& path, size_t depth);

// name_constraints.cpp, policy_graph.cpp, revocation.cpp
Outcome check_constraints_form(const Path& path, size_t depth);
Outcome check_name_constraints(const Path& path, size_t depth);
Outcome check_policies(const Path& path, size_t depth);
Outcome check_revocation(const Path& path, size_t depth);

// checks_name.cpp: the server's own names.
Outcome check_peer_name(const Path& path, size_t depth);
Outcome check_san_present(const Path& path, size_t depth);
Outcome check_san_form(const Path& path, size_t depth);

// checks_webpki.cpp: what issuers owe.
Outcome check_version_is_3(const Path& path, size_t depth);
Outcome check_criticality(const Path& path, size_t depth);
Outcome check_ca_consistency(const Path& path, size_t depth);
Outcome check_key_identifiers(const Path& path, size_t depth);
Outcome check_subscriber(const Path& path, size_t depth);
Outcome check_subscriber_purposes(const Path& path, size_t depth);
Outcome check_webpki_key(const Path& path, size_t depth);
Outcome check_webpki_constraints(const Path& path, size_t depth);

}  // namespace vitrine::trust
