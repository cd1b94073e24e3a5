// The server's own names: RFC 9525 (which follows RFC 6125), RFC 5280 section 4.2.1.6, and the
// CA/Browser Forum's sections on subjectAltName and commonName.
#include <algorithm>
#include <cctype>

#include "host/trust/asn1_text.h"
#include "host/trust/checks.h"
#include "host/trust/trust_store.h"

namespace vitrine::trust {
namespace {

struct RawNames {
  std::vector<std::string> dns;
  std::vector<IpAddress> addresses;
};

// Entries as they stand, letter case and all; addresses of impossible sizes left out.
RawNames raw_names(const Facts& facts) {
  RawNames names;
  const GENERAL_NAMES* const san = facts.alternative_names.get();
  for (int i = 0; i < (san == nullptr ? 0 : sk_GENERAL_NAME_num(san)); ++i) {
    const GENERAL_NAME* const entry = sk_GENERAL_NAME_value(san, i);
    if (entry->type == GEN_DNS) {
      names.dns.emplace_back(text_of(entry->d.dNSName));
    } else if (entry->type == GEN_IPADD) {
      const Bytes bytes = bytes_of(entry->d.iPAddress);
      if (bytes.size() == 4 || bytes.size() == 16) {
        names.addresses.push_back(IpAddress::from_bytes(bytes));
      }
    }
  }
  return names;
}

std::vector<std::string> common_names(const X509_NAME* subject) {
  std::vector<std::string> found;
  for (int i = X509_NAME_get_index_by_NID(subject, NID_commonName, -1); i >= 0;
       i = X509_NAME_get_index_by_NID(subject, NID_commonName, i)) {
    unsigned char* utf8 = nullptr;
    const int size =
        ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, i)));
    const UniqueOpensslBytes owner(utf8);
    found.emplace_back(reinterpret_cast<const char*>(utf8), static_cast<size_t>(std::max(size, 0)));
  }
  return found;
}

// Any of the ways to write an address, proper or not: 192.0.2.1, 0xC0000201, 2001:DB8::1.
bool looks_like_address(std::string_view text) {
  const bool hex_number = text.starts_with("0x") || text.starts_with("0X");
  if (hex_number) {
    text.remove_prefix(2);
  }
  const bool colons = text.find(':') != std::string_view::npos;
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return std::isdigit(c) != 0 || c == '.' || c == ':' ||
           ((colons || hex_number) && std::isxdigit(c) != 0);
  });
}

// Text with dots and without spaces: meant as a host name, whatever script it is in.
bool looks_like_host(std::string_view text) {
  return text.find('.') != std::string_view::npos && text.find(' ') == std::string_view::npos;
}

bool common_name_is_listed(const std::string& name, const RawNames& names) {
  if (looks_like_address(name)) {
    return std::any_of(names.addresses.begin(), names.addresses.end(),
                       [&](const IpAddress& address) { return address.to_string() == name; });
  }
  // It is never compared with a host, so a parent of a listed name does no harm.
  return names.dns.empty() || !looks_like_host(name) ||
         std::any_of(names.dns.begin(), names.dns.end(), [&](const std::string& dns) {
           return dns == name || dns.ends_with("." + name);
         });
}

}  // namespace

Outcome check_peer_name(const Path& path, size_t depth) {
  if (!Path::is_leaf(depth) || path.name == nullptr) {
    return std::nullopt;
  }
  X509* const leaf = path.at(depth).x509();
  if (path.pin != nullptr) {
    // A pin given names at import stands for those; one without any name stands for all.
    const std::vector<PeerName>& names = path.pin->names;
    if (!names.empty()) {
      if (std::find(names.begin(), names.end(), *path.name) != names.end()) {
        return std::nullopt;
      }
    } else if (names_of(leaf).nameless()) {
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

Outcome check_common_name(const Path& path, size_t depth) {
  const Facts& facts = path.at(depth);
  if (!Path::is_leaf(depth) || facts.alternative_names == nullptr) {
    return std::nullopt;
  }
  const RawNames names = raw_names(facts);
  for (const std::string& name : common_names(X509_get_subject_name(facts.x509()))) {
    if (!common_name_is_listed(name, names)) {
      return Finding{X509_V_ERR_INVALID_EXTENSION, depth,
                     "the common name is a host or address that subjectAltName does not list"};
    }
  }
  return std::nullopt;
}

}  // namespace vitrine::trust
