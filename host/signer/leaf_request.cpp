// What a forged leaf says, given the server's certificate.
#include <algorithm>

#include "host/signer/leaf_forge.h"

namespace vitrine::signer {
namespace {

void add_asked_name(const trust::PeerName& name, SignRequest& request) {
  if (request.dns.size() + request.addresses.size() >= kMaxLeafNames) {
    // Room for one more: of the kind of which there is some.
    if (!request.dns.empty()) {
      request.dns.pop_back();
    } else {
      request.addresses.pop_back();
    }
  }
  if (name.is_address()) {
    request.addresses.push_back(name.address());
  } else {
    request.dns.push_back(name.host());
  }
}

}  // namespace

bool leaf_needs_name(const X509* server_certificate, const trust::PeerName& name) {
  return !trust::matches(server_certificate, name, /*san_only=*/true);
}

Result<SignRequest> leaf_request(const X509* server_certificate, const trust::PeerName& name,
                                 const X509* ca, time_t now, const ForgeLimits& limits) {
  const Result<trust::Validity> server = trust::validity_of(server_certificate);
  const Result<trust::Validity> issuer = trust::validity_of(ca);
  if (!server) {
    return server.status();
  }
  if (!issuer) {
    return issuer.status();
  }
  SignRequest request;
  request.not_before = std::max({server->not_before, issuer->not_before, now - limits.backdate_s});
  request.not_after = std::min({server->not_after, issuer->not_after, now + limits.max_lifetime_s});
  if (request.not_before > now || request.not_after <= now) {
    return Status(Code::kInvalidArgument,
                  now > issuer->not_after || now < issuer->not_before
                      ? "the appliance's CA is not valid now; make another with `vitrine cert ca "
                        "init`"
                      : "the server's certificate is not valid now");
  }
  trust::CertificateNames names = trust::names_of(server_certificate);
  request.dns = std::move(names.dns);
  request.addresses = std::move(names.addresses);
  if (!names.has_san && !names.common_name.empty()) {
    request.dns.push_back(names.common_name);
  }
  const std::vector<std::string>& dns = request.dns;
  const bool listed =
      !name.is_address() && std::find(dns.begin(), dns.end(), name.host()) != dns.end();
  if ((names.truncated || leaf_needs_name(server_certificate, name)) && !listed) {
    add_asked_name(name, request);
  }
  request.common_name = trust::common_name_of(server_certificate).substr(0, kMaxCommonName);
  if (request.common_name.empty() && name.to_string().size() <= kMaxCommonName) {
    request.common_name = name.to_string();
  }
  return request;
}

}  // namespace vitrine::signer
