// Who may issue what, and when: RFC 5280 sections 4.1.2.5, 4.2.1.3, 4.2.1.9, 4.2.1.12, 6.1.
#include <algorithm>

#include "host/trust/checks.h"

namespace vitrine::trust {
namespace {

// What a TLS server's key may be asked to do (RFC 5246 section 7.4.2, RFC 8446 section 4.4.2.2).
constexpr uint32_t kServerUsages = KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT | KU_KEY_AGREEMENT;

}  // namespace

Outcome check_validity(const Path& path, size_t depth) {
  const std::optional<Validity>& validity = path.at(depth).validity;
  if (!validity) {
    return Finding{X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD, depth, "a date does not parse"};
  }
  if (path.now < validity->not_before) {
    return Finding{X509_V_ERR_CERT_NOT_YET_VALID, depth, "not valid yet"};
  }
  if (path.now > validity->not_after) {
    return Finding{X509_V_ERR_CERT_HAS_EXPIRED, depth, "has expired"};
  }
  return std::nullopt;
}

Outcome check_basic_constraints(const Path& path, size_t depth) {
  if (!path.is_issuer(depth) || path.at(depth).is_ca()) {
    return std::nullopt;
  }
  return Finding{X509_V_ERR_INVALID_CA, depth,
                 path.at(depth).basic_constraints ? "an issuer that is no CA"
                                                  : "an issuer without basicConstraints"};
}

Outcome check_key_usage(const Path& path, size_t depth) {
  const std::optional<uint32_t>& usage = path.at(depth).key_usage;
  if (!usage) {
    return std::nullopt;
  }
  if (path.is_issuer(depth)) {
    if ((*usage & KU_KEY_CERT_SIGN) == 0) {
      return Finding{X509_V_ERR_INVALID_CA, depth, "an issuer without keyCertSign"};
    }
  } else if (path.server_purpose && (*usage & kServerUsages) == 0) {
    // A CA certificate may stand at the end of a path with a CA's usages only.
    if (!path.at(depth).is_ca() || (*usage & KU_KEY_CERT_SIGN) == 0) {
      return Finding{X509_V_ERR_INVALID_PURPOSE, depth,
                     "key usage allows neither signatures nor key exchange"};
    }
  }
  return std::nullopt;
}

Outcome check_purpose(const Path& path, size_t depth) {
  const std::optional<std::vector<std::string>>& purposes = path.at(depth).extended_key_usage;
  if (!purposes || !path.server_purpose) {
    return std::nullopt;
  }
  const bool allowed = std::any_of(purposes->begin(), purposes->end(), [](const std::string& oid) {
    return oid == kServerAuth || oid == kAnyPurpose;
  });
  if (allowed) {
    return std::nullopt;
  }
  return Finding{X509_V_ERR_INVALID_PURPOSE, depth, "extended key usage lacks serverAuth"};
}

Outcome check_path_length(const Path& path, size_t depth) {
  const Facts& facts = path.at(depth);
  if (!path.is_issuer(depth) || !facts.basic_constraints || !facts.basic_constraints->path_length) {
    return std::nullopt;
  }
  uint32_t below = 0;  // intermediates between this one and the last, self-issued ones aside
  for (size_t i = 1; i < depth; ++i) {
    below += path.at(i).self_issued ? 0 : 1;
  }
  if (below <= *facts.basic_constraints->path_length) {
    return std::nullopt;
  }
  return Finding{X509_V_ERR_PATH_LENGTH_EXCEEDED, depth,
                 "path length " + std::to_string(*facts.basic_constraints->path_length) + ", but " +
                     std::to_string(below) + " CAs below"};
}

}  // namespace vitrine::trust
