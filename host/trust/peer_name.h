// Whom the client wanted to reach, and whether a certificate is theirs (RFC 6125, RFC 2818).
//
// A host name is compared with the certificate's dNSName entries; the common name counts only where
// there is no subjectAltName at all. A wildcard is a whole left-most label and stands for exactly
// one label; partial wildcards ("w*.example.com") never match. An address matches iPAddress entries
// only.
#pragma once

#include <string>
#include <vector>

#include "host/base/net.h"
#include "host/base/openssl.h"

namespace vitrine::trust {

// A host name (from SNI) or, where the client sent none, the server's address.
class PeerName {
 public:
  // Lower-cases, drops one trailing dot. REQUIRES: a syntactically valid host name; others match
  // nothing.
  static PeerName host(std::string_view name);
  static PeerName address(const IpAddress& address);
  // Text that is an address gives an address, any other a host.
  static PeerName parse(std::string_view text);

  bool is_address() const { return is_address_; }
  const std::string& host() const { return host_; }      // "" for an address
  const IpAddress& address() const { return address_; }  // REQUIRES: is_address()
  std::string to_string() const { return is_address_ ? address_.to_string() : host_; }
  auto operator<=>(const PeerName&) const = default;

 private:
  bool is_address_ = false;
  std::string host_;
  IpAddress address_;
};

// The names a certificate carries that could ever match: valid DNS patterns (lower case) and
// addresses; entries of other types and malformed ones are left out.
struct CertificateNames {
  std::vector<std::string> dns;
  std::vector<IpAddress> addresses;
  std::string common_name;  // "" where absent, or not a valid host name
  bool has_san = false;     // the extension exists, even if nothing in it is usable
  bool truncated = false;   // there were more than kMaxNames

  bool nameless() const { return !has_san && common_name.empty(); }
};
constexpr size_t kMaxNames = 512;
CertificateNames names_of(const X509* certificate);

// The rule above. With `san_only` the common name never counts.
bool matches(const X509* certificate, const PeerName& name, bool san_only = false);

// True for "a.example", "*.a.example", "_srv.a.example"; false for empty labels, labels over 63,
// names over 253, or other characters. `allow_wildcard` admits "*" as the whole first label with at
// least two labels after it.
bool is_dns_name(std::string_view name, bool allow_wildcard);

}  // namespace vitrine::trust
