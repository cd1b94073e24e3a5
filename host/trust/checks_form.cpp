// Encodings of one certificate: RFC 5280 sections 4.1 and 4.2.
#include <algorithm>
#include <array>
#include <set>

#include "host/trust/checks.h"

namespace vitrine::trust {
namespace {

constexpr int kMaxSerialOctets = 20;
constexpr int kFirstGeneralizedYear = 2050;

// Extensions whose meaning validation takes into account; critical ones beyond these are refused.
constexpr std::array kUnderstood = {
    NID_basic_constraints,
    NID_key_usage,
    NID_ext_key_usage,
    NID_subject_alt_name,
    NID_name_constraints,
    NID_certificate_policies,
    NID_policy_mappings,
    NID_policy_constraints,
    NID_inhibit_any_policy,
    NID_crl_distribution_points,
    NID_issuer_alt_name,
    NID_subject_key_identifier,
    NID_authority_key_identifier,
    NID_freshest_crl,
    NID_info_access,
    NID_sinfo_access,
};

// YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ: seconds present, Zulu, no fraction (RFC 5280 4.1.2.5.1, .2).
const char* time_problem(const ASN1_TIME* time) {
  const bool utc = ASN1_STRING_type(time) == V_ASN1_UTCTIME;
  const std::string_view text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(time)),
                              static_cast<size_t>(ASN1_STRING_length(time)));
  const size_t digits = utc ? 12 : 14;
  if (text.size() != digits + 1 || text.back() != 'Z' ||
      !std::all_of(text.begin(), text.end() - 1, [](char c) { return c >= '0' && c <= '9'; })) {
    return "a date is not in whole seconds and Zulu";
  }
  tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) {
    return "a date does not exist";
  }
  if (!utc && parts.tm_year + 1900 < kFirstGeneralizedYear) {
    return "a date before 2050 is not a UTCTime";
  }
  return nullptr;
}

std::string name_of(const ExtensionFact& extension) {
  const char* const known = extension.nid == NID_undef ? nullptr : OBJ_nid2sn(extension.nid);
  return known != nullptr ? known : extension.oid;
}

}  // namespace

Outcome check_version(const Path& path, size_t depth) {
  X509* const certificate = path.at(depth).x509();
  const long version = X509_get_version(certificate);
  const ASN1_BIT_STRING* issuer_id = nullptr;
  const ASN1_BIT_STRING* subject_id = nullptr;
  X509_get0_uids(certificate, &issuer_id, &subject_id);
  if (version < X509_VERSION_1 || version > X509_VERSION_3) {
    return invalid_extension(depth, "version " + std::to_string(version + 1));
  }
  if (version != X509_VERSION_3 && !path.at(depth).extensions.empty()) {
    return invalid_extension(
        depth, "extensions in a version " + std::to_string(version + 1) + " certificate");
  }
  if (version == X509_VERSION_1 && (issuer_id != nullptr || subject_id != nullptr)) {
    return invalid_extension(depth, "unique identifiers in a version 1 certificate");
  }
  return std::nullopt;
}

Outcome check_serial(const Path& path, size_t depth) {
  if (path.is_anchor(depth) && path.is_issuer(depth)) {
    return std::nullopt;  // old roots of the public stores are numbered 0
  }
  const ASN1_INTEGER* serial = X509_get0_serialNumber(path.at(depth).x509());
  const int size = ASN1_STRING_length(serial);
  const unsigned char* octets = ASN1_STRING_get0_data(serial);
  if (ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER) {
    return Finding{X509_V_ERR_UNSPECIFIED, depth, "negative serial number"};
  }
  if (size == 0 || std::all_of(octets, octets + size, [](unsigned char c) { return c == 0; })) {
    return Finding{X509_V_ERR_UNSPECIFIED, depth, "serial number 0"};
  }
  // The encoding has a leading zero octet where the first bit is set; the profile counts it.
  const int encoded = size + ((octets[0] & 0x80U) != 0 ? 1 : 0);
  if (encoded > kMaxSerialOctets) {
    return Finding{X509_V_ERR_UNSPECIFIED, depth,
                   "serial number of " + std::to_string(encoded) + " octets"};
  }
  return std::nullopt;
}

Outcome check_algorithm_agreement(const Path& path, size_t depth) {
  const X509* const certificate = path.at(depth).x509();
  const X509_ALGOR* outer = nullptr;
  X509_get0_signature(nullptr, &outer, certificate);
  if (X509_ALGOR_cmp(outer, X509_get0_tbs_sigalg(certificate)) != 0) {
    return Finding{X509_V_ERR_UNSPECIFIED, depth,
                   "the signature algorithm inside differs from the one outside"};
  }
  return std::nullopt;
}

Outcome check_validity_encoding(const Path& path, size_t depth) {
  if (path.is_anchor(depth) && path.is_issuer(depth)) {
    return std::nullopt;
  }
  const X509* const certificate = path.at(depth).x509();
  if (const char* problem = time_problem(X509_get0_notBefore(certificate))) {
    return Finding{X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD, depth,
                   std::string("notBefore: ") + problem};
  }
  if (const char* problem = time_problem(X509_get0_notAfter(certificate))) {
    return Finding{X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD, depth,
                   std::string("notAfter: ") + problem};
  }
  return std::nullopt;
}

Outcome check_names_present(const Path& path, size_t depth) {
  const Facts& facts = path.at(depth);
  if (facts.has_empty_issuer()) {
    return Finding{X509_V_ERR_ISSUER_NAME_EMPTY, depth, "empty issuer name"};
  }
  if (!facts.has_empty_subject()) {
    return std::nullopt;
  }
  if (path.is_issuer(depth) || facts.is_ca()) {
    return Finding{X509_V_ERR_SUBJECT_NAME_EMPTY, depth, "a CA with an empty subject"};
  }
  const ExtensionFact* names = facts.extension(NID_subject_alt_name);
  if (names == nullptr || !names->critical) {
    return Finding{X509_V_ERR_EMPTY_SUBJECT_SAN_NOT_CRITICAL, depth,
                   "empty subject without a critical subjectAltName"};
  }
  return std::nullopt;
}

Outcome check_extensions_unique(const Path& path, size_t depth) {
  std::set<std::string_view> seen;
  for (const ExtensionFact& extension : path.at(depth).extensions) {
    if (!seen.insert(extension.oid).second) {
      return invalid_extension(depth, "extension " + name_of(extension) + " occurs twice");
    }
  }
  return std::nullopt;
}

Outcome check_extensions_parse(const Path& path, size_t depth) {
  for (const ExtensionFact& extension : path.at(depth).extensions) {
    if (extension.malformed) {
      return invalid_extension(depth, "extension " + name_of(extension) + " is malformed");
    }
  }
  const Facts& facts = path.at(depth);
  if (facts.has_extension(NID_subject_alt_name) &&
      (facts.alternative_names == nullptr ||
       sk_GENERAL_NAME_num(facts.alternative_names.get()) == 0)) {
    return invalid_extension(depth, "extension subjectAltName is empty");
  }
  return std::nullopt;
}

Outcome check_critical_extensions(const Path& path, size_t depth) {
  for (const ExtensionFact& extension : path.at(depth).extensions) {
    if (extension.critical &&
        std::find(kUnderstood.begin(), kUnderstood.end(), extension.nid) == kUnderstood.end()) {
      return Finding{X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, depth,
                     "unknown critical extension " + name_of(extension)};
    }
  }
  return std::nullopt;
}

}  // namespace vitrine::trust
