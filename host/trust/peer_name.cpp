#include "host/trust/peer_name.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include <openssl/err.h>

#include "host/trust/asn1_text.h"
#include "host/trust/certificate.h"

namespace vitrine::trust {
namespace {

constexpr size_t kMaxNameLength = 253;
constexpr size_t kMaxLabelLength = 63;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool is_label(std::string_view label) {
  const auto allowed = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; };
  return !label.empty() && label.size() <= kMaxLabelLength && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), allowed);
}

bool has_san_extension(const X509* certificate) {
  return X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1) >= 0;
}

void append_name(const GENERAL_NAME* entry, CertificateNames& names) {
  if (entry->type == GEN_DNS) {
    std::string name = lower(as_text(bytes_of(entry->d.dNSName)));
    if (is_dns_name(name, /*allow_wildcard=*/true)) {
      names.dns.push_back(std::move(name));
    }
  } else if (entry->type == GEN_IPADD) {
    const Bytes address = bytes_of(entry->d.iPAddress);
    if (address.size() == 4 || address.size() == 16) {
      names.addresses.push_back(IpAddress::from_bytes(address));
    }
  }
}

}  // namespace

PeerName PeerName::host(std::string_view name) {
  PeerName peer;
  if (name.ends_with('.')) {
    name.remove_suffix(1);
  }
  peer.host_ = lower(name);
  return peer;
}

PeerName PeerName::address(const IpAddress& address) {
  PeerName peer;
  peer.is_address_ = true;
  peer.address_ = address;
  return peer;
}

PeerName PeerName::parse(std::string_view text) {
  const Result<IpAddress> parsed = IpAddress::parse(text);
  return parsed ? address(*parsed) : host(text);
}

bool is_dns_name(std::string_view name, bool allow_wildcard) {
  if (name.empty() || name.size() > kMaxNameLength) {
    return false;
  }
  if (allow_wildcard && name.starts_with("*.")) {
    name.remove_prefix(2);
    if (name.find('.') == std::string_view::npos) {
      return false;
    }
  }
  while (true) {
    const size_t dot = name.find('.');
    if (!is_label(name.substr(0, dot))) {
      return false;
    }
    if (dot == std::string_view::npos) {
      return true;
    }
    name.remove_prefix(dot + 1);
  }
}

CertificateNames names_of(const X509* certificate) {
  CertificateNames names;
  names.has_san = has_san_extension(certificate);
  const UniqueGeneralNames san(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  ERR_clear_error();
  for (int i = 0; san != nullptr && i < sk_GENERAL_NAME_num(san.get()); ++i) {
    if (names.dns.size() + names.addresses.size() == kMaxNames) {
      names.truncated = true;
      break;
    }
    append_name(sk_GENERAL_NAME_value(san.get(), i), names);
  }
  const std::string common_name = lower(common_name_of(certificate));
  if (is_dns_name(common_name, /*allow_wildcard=*/true)) {
    names.common_name = common_name;
  }
  return names;
}

bool matches(const X509* certificate, const PeerName& name, bool san_only) {
  X509* const subject = const_cast<X509*>(certificate);  // the library's signature only
  bool matched = false;
  if (name.is_address()) {
    matched = X509_check_ip(subject, name.address().view().data(), name.address().size(), 0) == 1;
  } else if (is_dns_name(name.host(), /*allow_wildcard=*/false)) {
    unsigned int flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
    if (san_only || has_san_extension(certificate)) {
      flags |= X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
    }
    matched = X509_check_host(subject, name.host().data(), name.host().size(), flags, nullptr) == 1;
  }
  ERR_clear_error();
  return matched;
}

}  // namespace vitrine::trust
