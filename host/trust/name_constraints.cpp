#include "host/trust/name_constraints.h"

#include <algorithm>
#include <functional>

#include <openssl/err.h>

#include "host/trust/asn1_text.h"
#include "host/trust/checks.h"
#include "host/trust/name_forms.h"

namespace vitrine::trust {
namespace {

// One name of a certificate, of any form. Exactly one of the two pointers is set.
struct SubjectName {
  int type;  // GEN_...
  const GENERAL_NAME* entry = nullptr;
  const X509_NAME* directory = nullptr;
  std::string text;  // for names that are no entry: addresses and hosts of the subject
};

const char* form_name(int type) {
  switch (type) {
    case GEN_DNS:
      return "DNS";
    case GEN_IPADD:
      return "IP";
    case GEN_EMAIL:
      return "email";
    case GEN_URI:
      return "URI";
    case GEN_DIRNAME:
      return "directory";
    default:
      return "other";
  }
}

void add_subject_attributes(const X509_NAME* subject, int nid, int type,
                            std::vector<SubjectName>& names) {
  for (int i = X509_NAME_get_index_by_NID(subject, nid, -1); i >= 0;
       i = X509_NAME_get_index_by_NID(subject, nid, i)) {
    unsigned char* utf8 = nullptr;
    const int size =
        ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, i)));
    const UniqueOpensslBytes owner(utf8);
    std::string text(reinterpret_cast<const char*>(utf8), static_cast<size_t>(std::max(size, 0)));
    if (type != GEN_DNS || is_dns_name(text, /*allow_wildcard=*/true)) {
      names.push_back({type, nullptr, nullptr, std::move(text)});
    }
  }
}

std::vector<SubjectName> names_below(const Facts& facts, bool leaf) {
  std::vector<SubjectName> names;
  bool has_email = false;
  const int count =
      facts.alternative_names == nullptr ? 0 : sk_GENERAL_NAME_num(facts.alternative_names.get());
  for (int i = 0; i < count; ++i) {
    const GENERAL_NAME* const entry = sk_GENERAL_NAME_value(facts.alternative_names.get(), i);
    names.push_back(
        {entry->type, entry, entry->type == GEN_DIRNAME ? entry->d.directoryName : nullptr, ""});
    has_email = has_email || entry->type == GEN_EMAIL;
  }
  const X509_NAME* const subject = X509_get_subject_name(facts.x509());
  if (!facts.has_empty_subject()) {
    names.push_back({GEN_DIRNAME, nullptr, subject, ""});
  }
  if (!has_email) {
    add_subject_attributes(subject, NID_pkcs9_emailAddress, GEN_EMAIL, names);
  }
  if (count == 0 && leaf) {
    // The common name may be compared with the host where there is no subjectAltName, also a CA's.
    add_subject_attributes(subject, NID_commonName, GEN_DNS, names);
  }
  return names;
}

Subtree match(const SubjectName& name, const GENERAL_NAME* base, bool excluded) {
  const std::string_view text = name.entry != nullptr && name.type != GEN_DIRNAME &&
                                        name.type != GEN_OTHERNAME && name.type != GEN_RID &&
                                        name.type != GEN_X400 && name.type != GEN_EDIPARTY
                                    ? text_of(name.entry->d.ia5)
                                    : std::string_view(name.text);
  switch (name.type) {
    case GEN_DNS:
      return match_dns(text, text_of(base->d.dNSName), excluded);
    case GEN_IPADD:
      return match_ip(bytes_of(name.entry->d.iPAddress), bytes_of(base->d.iPAddress));
    case GEN_EMAIL:
      return match_email(text, text_of(base->d.rfc822Name));
    case GEN_URI:
      return match_uri(text, text_of(base->d.uniformResourceIdentifier));
    case GEN_DIRNAME:
      return match_directory(name.directory, base->d.directoryName);
    default:
      return Subtree::kBadConstraint;  // no way to keep it, so the name is refused
  }
}

// Against one issuer's subtrees. nullopt: the name keeps them.
struct Violation {
  int code;
  std::string why;
};
std::optional<Violation> violation(const SubjectName& name, const NAME_CONSTRAINTS* constraints) {
  const auto unkept = [&](const char* what) {
    return Violation{X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX,
                     std::string(what) + " of form " + form_name(name.type)};
  };
  for (int i = 0; i < sk_GENERAL_SUBTREE_num(constraints->excludedSubtrees); ++i) {
    const GENERAL_NAME* base = sk_GENERAL_SUBTREE_value(constraints->excludedSubtrees, i)->base;
    if (base->type != name.type) {
      continue;
    }
    const Subtree matched = match(name, base, /*excluded=*/true);
    if (matched == Subtree::kBadConstraint || matched == Subtree::kBadName) {
      return unkept(matched == Subtree::kBadName ? "a malformed name" : "a constraint not kept");
    }
    if (matched == Subtree::kMatch) {
      return Violation{X509_V_ERR_EXCLUDED_VIOLATION,
                       std::string(form_name(name.type)) + " name in an excluded subtree"};
    }
  }
  bool constrained = false;
  for (int i = 0; i < sk_GENERAL_SUBTREE_num(constraints->permittedSubtrees); ++i) {
    const GENERAL_NAME* base = sk_GENERAL_SUBTREE_value(constraints->permittedSubtrees, i)->base;
    if (base->type != name.type) {
      continue;
    }
    constrained = true;
    const Subtree matched = match(name, base, /*excluded=*/false);
    if (matched == Subtree::kBadConstraint) {
      return unkept("a constraint not kept");
    }
    if (matched == Subtree::kMatch) {
      return std::nullopt;
    }
  }
  if (constrained) {
    return Violation{X509_V_ERR_PERMITTED_VIOLATION,
                     std::string(form_name(name.type)) + " name outside the permitted subtrees"};
  }
  return std::nullopt;
}

size_t count_of(const STACK_OF(GENERAL_SUBTREE) * subtrees) {
  return static_cast<size_t>(std::max(sk_GENERAL_SUBTREE_num(subtrees), 0));
}

// RFC 5280: minimum is 0 and maximum absent.
bool distances_unused(const STACK_OF(GENERAL_SUBTREE) * subtrees) {
  for (int i = 0; i < sk_GENERAL_SUBTREE_num(subtrees); ++i) {
    const GENERAL_SUBTREE* one = sk_GENERAL_SUBTREE_value(subtrees, i);
    if (one->maximum != nullptr ||
        (one->minimum != nullptr && ASN1_INTEGER_get(one->minimum) != 0)) {
      return false;
    }
  }
  return true;
}

}  // namespace

Outcome check_constraints_form(const Path& path, size_t depth) {
  const Facts& facts = path.at(depth);
  const NAME_CONSTRAINTS* const constraints = facts.name_constraints.get();
  if (constraints == nullptr) {
    return std::nullopt;
  }
  if (!facts.is_ca()) {
    return Finding{X509_V_ERR_INVALID_EXTENSION, depth, "nameConstraints in what is no CA"};
  }
  if (count_of(constraints->permittedSubtrees) + count_of(constraints->excludedSubtrees) == 0) {
    return Finding{X509_V_ERR_INVALID_EXTENSION, depth, "nameConstraints without any subtree"};
  }
  if (!distances_unused(constraints->permittedSubtrees) ||
      !distances_unused(constraints->excludedSubtrees)) {
    return Finding{X509_V_ERR_SUBTREE_MINMAX, depth, "a subtree with minimum or maximum"};
  }
  return std::nullopt;
}

Outcome check_name_constraints(const Path& path, size_t depth) {
  if (!path.is_issuer(depth) || path.at(depth).name_constraints == nullptr) {
    return std::nullopt;
  }
  const NAME_CONSTRAINTS* const constraints = path.at(depth).name_constraints.get();
  const size_t subtrees =
      count_of(constraints->permittedSubtrees) + count_of(constraints->excludedSubtrees);
  for (size_t below = depth; below-- > 0;) {
    const Facts& facts = path.at(below);
    if (facts.self_issued && !Path::is_leaf(below)) {
      continue;
    }
    const std::vector<SubjectName> names = names_below(facts, Path::is_leaf(below));
    if (names.size() * subtrees > kMaxConstraintComparisons) {
      return Finding{X509_V_ERR_UNSPECIFIED, below, "more names and constraints than are compared"};
    }
    for (const SubjectName& name : names) {
      if (const auto broken = violation(name, constraints)) {
        ERR_clear_error();
        return Finding{broken->code, below,
                       broken->why + " of " + subject_of(path.at(depth).x509())};
      }
    }
  }
  ERR_clear_error();
  return std::nullopt;
}

}  // namespace vitrine::trust
