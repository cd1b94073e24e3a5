// What those who issue for the public owe: RFC 5280's duties of conforming CAs, and the CA/Browser
// Forum's Baseline Requirements (BR).
//
// An anchor that a root programme has vetted is taken as it is.
#include <algorithm>
#include <array>

#include "host/trust/checks.h"

namespace vitrine::trust {
namespace {

// BR 7.1.2.7.10: purposes that a server's certificate must not have.
constexpr std::array kForbiddenPurposes = {
    kAnyPurpose,
    "1.3.6.1.5.5.7.3.3",        // code signing
    "1.3.6.1.5.5.7.3.4",        // e-mail protection
    "1.3.6.1.5.5.7.3.8",        // time stamping
    "1.3.6.1.5.5.7.3.9",        // OCSP signing
    "1.3.6.1.4.1.11129.2.4.4",  // precertificate signing
};

struct Criticality {
  int nid;
  bool critical;
};
constexpr std::array kCriticality = {
    Criticality{NID_authority_key_identifier, false},
    Criticality{NID_subject_key_identifier, false},
    Criticality{NID_info_access, false},
    Criticality{NID_sinfo_access, false},
    Criticality{NID_freshest_crl, false},
    Criticality{NID_policy_constraints, true},
    Criticality{NID_inhibit_any_policy, true},
};

bool taken_as_it_is(const Path& path, size_t depth) {
  return path.is_anchor(depth) && path.is_issuer(depth) && path.anchor_vetted;
}

// BR 7.1.2.1.3: a root's own authority key identifier says the root's key and nothing else.
Outcome check_root_key_ids(const Facts& facts, size_t depth) {
  const std::optional<AuthorityKeyFact>& authority = facts.authority_key;
  if (!authority) {
    return std::nullopt;
  }
  if (!authority->key_id || authority->has_issuer || authority->has_serial) {
    return invalid_extension(depth,
                             "a root's authorityKeyIdentifier with other than a keyIdentifier");
  }
  if (facts.subject_key_id && *authority->key_id != *facts.subject_key_id) {
    return invalid_extension(depth,
                             "a root's authorityKeyIdentifier is not its subjectKeyIdentifier");
  }
  return std::nullopt;
}

}  // namespace

Outcome check_version_is_3(const Path& path, size_t depth) {
  if (taken_as_it_is(path, depth) || X509_get_version(path.at(depth).x509()) == X509_VERSION_3) {
    return std::nullopt;
  }
  return Finding{X509_V_ERR_UNSPECIFIED, depth, "not an X.509 version 3 certificate"};
}

Outcome check_criticality(const Path& path, size_t depth) {
  if (taken_as_it_is(path, depth)) {
    return std::nullopt;
  }
  const Facts& facts = path.at(depth);
  for (const Criticality& rule : kCriticality) {
    const ExtensionFact* extension = facts.extension(rule.nid);
    if (extension != nullptr && extension->critical != rule.critical) {
      return invalid_extension(depth, std::string(OBJ_nid2sn(rule.nid)) +
                                          (rule.critical ? " is not critical" : " is critical"));
    }
  }
  const ExtensionFact* constraints = facts.extension(NID_basic_constraints);
  if (facts.is_ca() && constraints != nullptr && !constraints->critical) {
    return invalid_extension(depth, "a CA's basicConstraints is not critical");
  }
  const ExtensionFact* names = facts.extension(NID_subject_alt_name);
  if (Path::is_leaf(depth) && names != nullptr && names->critical && !facts.has_empty_subject()) {
    return invalid_extension(depth, "subjectAltName is critical beside a subject");
  }
  return std::nullopt;
}

Outcome check_ca_consistency(const Path& path, size_t depth) {
  const Facts& facts = path.at(depth);
  const bool signs = facts.key_usage && (*facts.key_usage & KU_KEY_CERT_SIGN) != 0;
  if (signs && !facts.is_ca()) {
    return invalid_extension(depth, "keyCertSign without cA");
  }
  if (facts.basic_constraints && facts.basic_constraints->path_length &&
      (!facts.is_ca() || (facts.key_usage && !signs))) {
    return invalid_extension(depth, "pathLenConstraint without cA and keyCertSign");
  }
  if (facts.key_usage && *facts.key_usage == 0) {
    return invalid_extension(depth, "keyUsage without any bit");
  }
  return std::nullopt;
}

Outcome check_key_identifiers(const Path& path, size_t depth) {
  const Facts& facts = path.at(depth);
  if (!taken_as_it_is(path, depth)) {
    if ((path.is_issuer(depth) || facts.is_ca()) && !facts.subject_key_id) {
      return invalid_extension(depth, "a CA without subjectKeyIdentifier");
    }
    if (path.is_anchor(depth) && facts.self_issued) {
      return check_root_key_ids(facts, depth);
    }
    if (!facts.authority_key || !facts.authority_key->key_id) {
      return invalid_extension(depth, "no authorityKeyIdentifier with a keyIdentifier");
    }
  }
  if (path.is_anchor(depth) || depth + 1 >= path.size()) {
    return std::nullopt;
  }
  const Facts& issuer = path.at(depth + 1);
  if (issuer.subject_key_id && *facts.authority_key->key_id != *issuer.subject_key_id) {
    return Finding{X509_V_ERR_AKID_SKID_MISMATCH, depth,
                   "authorityKeyIdentifier is not the issuer's subjectKeyIdentifier"};
  }
  return std::nullopt;
}

Outcome check_subscriber(const Path& path, size_t depth) {
  if (Path::is_leaf(depth) && path.at(depth).is_ca()) {
    return Finding{X509_V_ERR_INVALID_PURPOSE, depth, "a CA certificate as a server's own"};
  }
  return std::nullopt;
}

Outcome check_subscriber_purposes(const Path& path, size_t depth) {
  const Facts& facts = path.at(depth);
  const std::optional<std::vector<std::string>>& purposes = facts.extended_key_usage;
  if (path.is_anchor(depth) && path.is_issuer(depth)) {
    return purposes && facts.self_issued && !path.anchor_vetted
               ? Outcome(invalid_extension(depth, "a root with extended key usage"))
               : std::nullopt;
  }
  if (!Path::is_leaf(depth) || !path.server_purpose) {
    return std::nullopt;
  }
  if (!purposes || std::find(purposes->begin(), purposes->end(), kServerAuth) == purposes->end()) {
    return Finding{X509_V_ERR_INVALID_PURPOSE, depth, "no extended key usage with serverAuth"};
  }
  if (facts.extension(NID_ext_key_usage)->critical) {
    return invalid_extension(depth, "extended key usage is critical");
  }
  for (const char* forbidden : kForbiddenPurposes) {
    if (std::find(purposes->begin(), purposes->end(), forbidden) != purposes->end()) {
      return Finding{X509_V_ERR_INVALID_PURPOSE, depth,
                     std::string("purpose ") + forbidden + " beside serverAuth"};
    }
  }
  return std::nullopt;
}

Outcome check_webpki_key(const Path& path, size_t depth) {
  const EVP_PKEY* const key = X509_get0_pubkey(path.at(depth).x509());
  if (key == nullptr) {
    return std::nullopt;  // check_key says it
  }
  const int code =
      path.is_issuer(depth) ? X509_V_ERR_CA_KEY_TOO_SMALL : X509_V_ERR_EE_KEY_TOO_SMALL;
  const int kind = EVP_PKEY_get_base_id(key);
  if (kind == EVP_PKEY_RSA && EVP_PKEY_get_bits(key) % 8 != 0) {
    return Finding{code, depth, "RSA key whose size is no multiple of 8 bits"};
  }
  if (kind == EVP_PKEY_ED25519 || kind == EVP_PKEY_RSA_PSS) {
    return Finding{code, depth, "a key type that public CAs do not certify"};
  }
  return std::nullopt;
}

Outcome check_webpki_constraints(const Path& path, size_t depth) {
  const NAME_CONSTRAINTS* const constraints = path.at(depth).name_constraints.get();
  if (constraints == nullptr) {
    return std::nullopt;
  }
  for (const STACK_OF(GENERAL_SUBTREE) * subtrees :
       {constraints->permittedSubtrees, constraints->excludedSubtrees}) {
    for (int i = 0; i < sk_GENERAL_SUBTREE_num(subtrees); ++i) {
      const GENERAL_NAME* const base = sk_GENERAL_SUBTREE_value(subtrees, i)->base;
      if (base->type == GEN_DNS && ASN1_STRING_length(base->d.dNSName) > 0 &&
          ASN1_STRING_get0_data(base->d.dNSName)[0] == '.') {
        return Finding{X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX, depth,
                       "a DNS subtree that begins with a period"};
      }
    }
  }
  return std::nullopt;
}

}  // namespace vitrine::trust
