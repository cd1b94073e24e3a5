// What a leaf of the untrusted CA says: the server's names and dates as they are, so that the
// client finds the same fault in it that we found.
#include <algorithm>

#include "host/signer/leaf_forge.h"

namespace vitrine::signer {
namespace {

constexpr int64_t kMaxLifetime = 398LL * 86400;

bool is_printable(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

}  // namespace

// Neither the name that was asked for is added nor the common name made an alternative one: a
// client that would not match the server's certificate must not match this one. Expired stays
// expired since the server's own end is kept, and not valid yet likewise.
Result<SignRequest> untrusted_request(const X509* server_certificate, time_t now,
                                      const ForgeLimits& limits) {
  const Result<trust::Validity> server = trust::validity_of(server_certificate);
  if (!server) {
    return server.status();
  }
  SignRequest request;
  request.untrusted = true;
  if (server->not_after <= now) {
    request.not_after = server->not_after;
    request.not_before = std::max<int64_t>(server->not_before, server->not_after - kMaxLifetime);
  } else if (server->not_before > now) {
    request.not_before = server->not_before;
    request.not_after = std::min<int64_t>(server->not_after, server->not_before + kMaxLifetime);
  } else {
    request.not_before = std::max<int64_t>(server->not_before, now - limits.backdate_s);
    request.not_after = std::min<int64_t>(server->not_after, now + limits.max_lifetime_s);
  }
  trust::CertificateNames names = trust::names_of(server_certificate);
  request.dns = std::move(names.dns);
  request.addresses = std::move(names.addresses);
  request.common_name = trust::common_name_of(server_certificate).substr(0, kMaxCommonName);
  if (request.common_name.empty() || !is_printable(request.common_name)) {
    request.common_name = "untrusted server";
  }
  return request;
}

}  // namespace vitrine::signer
