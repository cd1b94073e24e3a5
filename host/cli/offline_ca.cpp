#include "host/cli/offline_ca.h"

#include "host/base/secret.h"
#include "host/events/time_text.h"
#include "host/signer/ca.h"

namespace vitrine::cli {
namespace {

std::string iso_time(time_t seconds) {
  return events::format_iso_time(static_cast<int64_t>(seconds) * 1000);
}

boost::json::value report(const signer::CaInfo& info) {
  return {{"certificate",
           {{"id", info.fingerprint},
            {"role", "decryption"},
            {"subject", info.subject},
            {"issuer", info.subject},
            {"fingerprint", info.fingerprint},
            {"not_before", iso_time(info.validity.not_before)},
            {"not_after", iso_time(info.validity.not_after)}}},
          {"pem", info.pem}};
}

}  // namespace

Result<boost::json::value> offline_ca_init(const CaInitRequest& request) {
  if (Status status = secure_memory_init(); !status) {
    return status;
  }
  signer::CaOptions options;
  options.key_type =
      request.key_type == "rsa" ? signer::KeyType::kRsa2048 : signer::KeyType::kEcdsaP256;
  options.subject = request.subject;
  options.days = request.days;
  const auto info = signer::ca_init(request.state_dir, options);
  return info ? Result<boost::json::value>(report(*info)) : info.status();
}

Result<boost::json::value> offline_ca_show(const std::string& state_dir) {
  const auto info = signer::ca_show(state_dir);
  return info ? Result<boost::json::value>(report(*info)) : info.status();
}

}  // namespace vitrine::cli
