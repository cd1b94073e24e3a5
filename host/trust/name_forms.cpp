#include "host/trust/name_forms.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <string>

#include "host/trust/peer_name.h"

namespace vitrine::trust {
namespace {

bool same_letter(unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); }

bool equal_fold(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_letter);
}

bool ends_fold(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && equal_fold(text.substr(text.size() - end.size()), end);
}

// `name` is `domain`, or has labels before it.
bool within(std::string_view name, std::string_view domain) {
  return domain.empty() || equal_fold(name, domain) ||
         (ends_fold(name, domain) && name[name.size() - domain.size() - 1] == '.');
}

bool is_host(std::string_view name) { return is_dns_name(name, /*allow_wildcard=*/false); }

// A host constraint of URIs and mailboxes: exactly the host, or ".domain".
Subtree match_host(std::string_view host, std::string_view constraint) {
  const bool domain = constraint.starts_with('.');
  if (!is_host(domain ? constraint.substr(1) : constraint)) {
    return Subtree::kBadConstraint;
  }
  const bool matched = domain ? host.size() > constraint.size() && ends_fold(host, constraint)
                              : equal_fold(host, constraint);
  return matched ? Subtree::kMatch : Subtree::kNoMatch;
}

// One mask of contiguous leading ones.
bool is_prefix_mask(Bytes mask) {
  bool ended = false;
  for (const uint8_t octet : mask) {
    const int ones = std::countl_one(octet);
    if ((ended && octet != 0) || ones + std::countr_zero(octet) < 8) {
      return false;
    }
    ended = ended || ones < 8;
  }
  return true;
}

int rdn_count(const X509_NAME* name) {
  const int entries = X509_NAME_entry_count(name);
  return entries == 0 ? 0 : X509_NAME_ENTRY_set(X509_NAME_get_entry(name, entries - 1)) + 1;
}

}  // namespace

Subtree match_dns(std::string_view name, std::string_view constraint, bool excluded) {
  const bool deeper = constraint.starts_with('.');
  if (deeper) {
    constraint.remove_prefix(1);
  }
  if (!(constraint.empty() && !deeper) && !is_host(constraint)) {
    return Subtree::kBadConstraint;
  }
  const bool wildcard = name.starts_with("*.");
  const std::string_view base = wildcard ? name.substr(2) : name;
  if (!is_host(base)) {
    return Subtree::kBadName;
  }
  bool matched = within(base, constraint);
  if (deeper && !wildcard) {
    matched = matched && !equal_fold(base, constraint);
  }
  if (wildcard && excluded && !matched) {
    // "*.example.com" stands for "bar.example.com" too.
    const size_t dot = constraint.find('.');
    matched = dot != std::string_view::npos && equal_fold(constraint.substr(dot + 1), base);
  }
  return matched ? Subtree::kMatch : Subtree::kNoMatch;
}

Subtree match_ip(Bytes address, Bytes constraint) {
  if (constraint.size() != 8 && constraint.size() != 32) {
    return Subtree::kBadConstraint;
  }
  const Bytes net = constraint.first(constraint.size() / 2);
  const Bytes mask = constraint.subspan(net.size());
  if (!is_prefix_mask(mask)) {
    return Subtree::kBadConstraint;
  }
  if (address.size() != 4 && address.size() != 16) {
    return Subtree::kBadName;
  }
  if (address.size() != net.size()) {
    return Subtree::kNoMatch;
  }
  for (size_t i = 0; i < net.size(); ++i) {
    if (((address[i] ^ net[i]) & mask[i]) != 0) {
      return Subtree::kNoMatch;
    }
  }
  return Subtree::kMatch;
}

Subtree match_email(std::string_view mailbox, std::string_view constraint) {
  const size_t at = mailbox.find('@');
  if (at == std::string_view::npos || at == 0 || !is_host(mailbox.substr(at + 1))) {
    return Subtree::kBadName;
  }
  const std::string_view host = mailbox.substr(at + 1);
  const size_t constraint_at = constraint.find('@');
  if (constraint_at == std::string_view::npos) {
    return match_host(host, constraint);
  }
  if (constraint_at == 0 || !is_host(constraint.substr(constraint_at + 1))) {
    return Subtree::kBadConstraint;
  }
  // The local part is the receiving host's to interpret, so its letter case counts.
  const bool matched = mailbox.substr(0, at) == constraint.substr(0, constraint_at) &&
                       equal_fold(host, constraint.substr(constraint_at + 1));
  return matched ? Subtree::kMatch : Subtree::kNoMatch;
}

Subtree match_uri(std::string_view uri, std::string_view constraint) {
  const size_t scheme = uri.find("://");
  if (scheme == std::string_view::npos || scheme == 0) {
    return Subtree::kBadName;
  }
  std::string_view authority = uri.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const size_t user = authority.rfind('@'); user != std::string_view::npos) {
    authority.remove_prefix(user + 1);
  }
  const std::string_view host = authority.substr(0, authority.find(':'));
  if (!is_host(host) || PeerName::parse(host).is_address()) {
    return Subtree::kBadName;
  }
  return match_host(host, constraint);
}

Subtree match_directory(const X509_NAME* name, const X509_NAME* constraint) {
  const int wanted = rdn_count(constraint);
  if (rdn_count(name) < wanted) {
    return Subtree::kNoMatch;
  }
  const UniqueX509Name first(X509_NAME_new());
  int last_set = -1;
  for (int i = 0; first != nullptr && i < X509_NAME_entry_count(name); ++i) {
    const X509_NAME_ENTRY* const entry = X509_NAME_get_entry(name, i);
    const int set = X509_NAME_ENTRY_set(entry);
    if (set >= wanted) {
      break;
    }
    if (X509_NAME_add_entry(first.get(), entry, -1, set == last_set ? -1 : 0) != 1) {
      return Subtree::kBadName;
    }
    last_set = set;
  }
  return first != nullptr && X509_NAME_cmp(first.get(), constraint) == 0 ? Subtree::kMatch
                                                                         : Subtree::kNoMatch;
}

}  // namespace vitrine::trust
