// The server's own names: RFC 9525 (which follows RFC 6125), RFC 5280 section 4.2.1.6, and the
// CA/Browser Forum's section on subjectAltName.
#include <algorithm>

#include "host/trust/asn1_text.h"
#include "host/trust/checks.h"
#include "host/trust/trust_store.h"

namespace vitrine::trust {

Outcome check_peer_name(const Path& path, size_t depth) {
  if (!Path::is_leaf(depth) || path.name == nullptr) {
    return std::nullopt;
  }
  X509* const leaf = path.at(depth).x509();
  if (path.pin != nullptr) {
    // A pin given names at import stands for those; one without any name stands for all, but for a
    // CA that may only vouch for some.
    const std::vector<PeerName>& names = path.pin->names;
    if (!names.empty()) {
      if (std::find(names.begin(), names.end(), *path.name) != names.end()) {
        return std::nullopt;
      }
    } else if (names_of(leaf).nameless() && path.at(depth).name_constraints == nullptr) {
      return std::nullopt;
    }
  }
  if (matches(leaf, *path.name, path.profile == Profile::kWebPki)) {
    return std::nullopt;
  }
  return Finding{
      path.name->is_address() ? X509_V_ERR_IP_ADDRESS_MISMATCH : X509_V_ERR_HOSTNAME_MISMATCH,
      depth, "the certificate is not for " + path.name->to_string()};
}

Outcome check_san_present(const Path& path, size_t depth) {
  if (!Path::is_leaf(depth) || path.at(depth).has_extension(NID_subject_alt_name)) {
    return std::nullopt;
  }
  return Finding{X509_V_ERR_INVALID_EXTENSION, depth, "no subjectAltName"};
}

Outcome check_san_form(const Path& path, size_t depth) {
  const GENERAL_NAMES* const san = path.at(depth).alternative_names.get();
  if (!Path::is_leaf(depth) || san == nullptr) {
    return std::nullopt;
  }
  for (int i = 0; i < sk_GENERAL_NAME_num(san); ++i) {
    const GENERAL_NAME* const entry = sk_GENERAL_NAME_value(san, i);
    if (entry->type == GEN_DNS && !is_dns_name(text_of(entry->d.dNSName), true)) {
      return Finding{X509_V_ERR_INVALID_EXTENSION, depth,
                     "subjectAltName holds what is no DNS name, or a wildcard too wide"};
    }
    if (entry->type == GEN_IPADD && ASN1_STRING_length(entry->d.iPAddress) != 4 &&
        ASN1_STRING_length(entry->d.iPAddress) != 16) {
      return Finding{X509_V_ERR_INVALID_EXTENSION, depth,
                     "subjectAltName holds what is no address"};
    }
  }
  return std::nullopt;
}

}  // namespace vitrine::trust
