#include "host/trust/check_table.h"

#include <cstdlib>

#include "host/trust/checks.h"

namespace vitrine::trust {
namespace {

constexpr Profile kBase = Profile::kRfc5280;
constexpr Profile kWeb = Profile::kWebPki;
constexpr CheckScope kEach = CheckScope::kCertificate;
constexpr CheckScope kWhole = CheckScope::kPath;
constexpr CheckScope kSearch = CheckScope::kSearch;

// Ordered: what makes a path, what the certificates are, what they may do, whom they are for.
constexpr Check kChecks[] = {
    {"limits", "RFC 4158 7.1", "The chain is within the limits on count, size, depth and work",
     kSearch, kBase, true, nullptr},
    {"trust-anchor", "RFC 5280 6.1", "A path of issuers leads to a trusted certificate", kSearch,
     kBase, false, nullptr},
    {"signature", "RFC 5280 6.1.3 (a)(1)", "Each signature verifies with the issuer's key", kSearch,
     kBase, false, nullptr},
    {"version", "RFC 5280 4.1.2.1", "Extensions come in version 3 only", kEach, kBase, false,
     check_version},
    {"algorithm-agreement", "RFC 5280 4.1.1.2", "The signature algorithm inside is the one outside",
     kEach, kBase, false, check_algorithm_agreement},
    {"key", "CA/B BR 6.1.5", "Keys are RSA of 2048 to 16384 bits, P-256, P-384, P-521 or Ed25519",
     kEach, kBase, true, check_key},
    {"signature-algorithm", "CA/B BR 7.1.3.2",
     "Signatures use SHA-256, SHA-384, SHA-512 or Ed25519, and no DSA", kEach, kBase, false,
     check_signature_algorithm},
    {"extensions-unique", "RFC 5280 4.2", "No extension occurs twice", kEach, kBase, false,
     check_extensions_unique},
    {"extensions-parse", "RFC 5280 4.2", "Known extensions are well formed", kEach, kBase, false,
     check_extensions_parse},
    {"critical-extensions", "RFC 5280 4.2", "No critical extension is unknown", kEach, kBase, false,
     check_critical_extensions},
    {"basic-constraints", "RFC 5280 6.1.4 (k)", "Each issuer is a CA", kEach, kBase, false,
     check_basic_constraints},
    {"key-usage", "RFC 5280 6.1.4 (n)",
     "Each issuer may sign certificates, the server may sign or exchange keys", kEach, kBase, false,
     check_key_usage},
    {"path-length", "RFC 5280 6.1.4 (l)", "No path length constraint is exceeded", kEach, kBase,
     false, check_path_length},
    {"validity", "RFC 5280 6.1.3 (a)(2)", "Each certificate is valid at the time", kEach, kBase,
     true, check_validity},
    {"validity-encoding", "RFC 5280 4.1.2.5",
     "Dates are UTCTime until 2049 and GeneralizedTime after, in seconds and Zulu", kEach, kBase,
     false, check_validity_encoding},
    {"serial", "RFC 5280 4.1.2.2", "Serial numbers are positive and of at most 20 octets", kEach,
     kBase, false, check_serial},
    {"names-present", "RFC 5280 4.1.2.4, 4.1.2.6",
     "Issuers have names; a server without a subject has a critical subjectAltName", kEach, kBase,
     false, check_names_present},
    {"purpose", "RFC 5280 4.2.1.12",
     "Where purposes are given, they allow a TLS server, in CAs as well", kEach, kBase, false,
     check_purpose},
    {"constraints-form", "RFC 5280 4.2.1.10", "Name constraints are in CAs and constrain something",
     kEach, kBase, false, check_constraints_form},
    {"name-constraints", "RFC 5280 6.1.3 (b)(c)", "All names keep the constraints of all issuers",
     kEach, kBase, false, check_name_constraints},
    {"policies", "RFC 9618 5", "Where a policy is required, one holds along the path", kWhole,
     kBase, false, check_policies},
    {"web-version", "CA/B BR 7.1.1", "Certificates are of version 3", kEach, kWeb, false,
     check_version_is_3},
    {"web-criticality", "RFC 5280 4.2.1",
     "Extensions are critical where they must be, and not where they must not", kEach, kWeb, false,
     check_criticality},
    {"web-ca-consistency", "RFC 5280 4.2.1.3, 4.2.1.9",
     "Key usage and basic constraints agree, and some usage is set", kEach, kWeb, false,
     check_ca_consistency},
    {"web-key-identifiers", "RFC 5280 4.2.1.1, 4.2.1.2; CA/B BR 7.1.2.11.1",
     "Key identifiers are there and match from certificate to issuer", kEach, kWeb, false,
     check_key_identifiers},
    {"web-key", "CA/B BR 6.1.5", "RSA sizes are multiples of 8 bits; no Ed25519 or PSS keys", kEach,
     kWeb, false, check_webpki_key},
    {"web-constraints", "RFC 5280 4.2.1.10", "DNS subtrees do not begin with a period", kEach, kWeb,
     false, check_webpki_constraints},
    {"web-subscriber", "CA/B BR 7.1.2.7.8", "The server's certificate is no CA", kEach, kWeb, false,
     check_subscriber},
    {"web-purposes", "CA/B BR 7.1.2.7.10, 7.1.2.1.2",
     "The server's purposes are serverAuth and at most clientAuth; roots have none", kEach, kWeb,
     false, check_subscriber_purposes},
    {"web-san", "CA/B BR 7.1.2.7.12", "The server's names are in a subjectAltName", kEach, kWeb,
     false, check_san_present},
    {"web-san-form", "CA/B BR 7.1.2.7.12, 3.2.2.6",
     "Its names are well formed; wildcards stand before two labels or more", kEach, kWeb, false,
     check_san_form},
    {"peer-name", "RFC 9525 6", "The certificate is for whom the client asked", kEach, kBase, true,
     check_peer_name},
    {"revocation", "RFC 5280 6.3", "No certificate is revoked by a list at hand", kWhole, kBase,
     false, check_revocation},
};

}  // namespace

std::span<const Check> check_table() { return kChecks; }

const Check& check_by_id(std::string_view id) {
  for (const Check& check : kChecks) {
    if (id == check.id) {
      return check;
    }
  }
  std::abort();  // a name that only this room writes
}

bool applies(const Check& check, const Path& path) {
  return (path.pin == nullptr || check.for_pins) &&
         (check.profile == kBase || path.profile == kWeb);
}

std::string check_table_markdown() {
  std::string text =
      "# Checks of a certificate chain\n\n"
      "What `vitrine trust check` reports, and what the server leg of every decrypted connection "
      "asks.\n"
      "Written by `vitrine trust checks --markdown`; the source is "
      "`host/trust/check_table.cpp`.\n\n"
      "| check | where | what must hold | profile | pinned |\n|---|---|---|---|---|\n";
  for (const Check& check : kChecks) {
    text += std::string("| `") + check.id + "` | " + check.section + " | " + check.text + " | " +
            (check.profile == kBase ? "rfc5280" : "webpki") + " | " +
            (check.for_pins ? "yes" : "no") + " |\n";
  }
  return text;
}

}  // namespace vitrine::trust
