#include "host/tls/alert.h"

#include <openssl/ssl.h>

namespace vitrine::tls {
namespace {

constexpr uint8_t kAlertRecord = 21;
constexpr uint8_t kFatal = 2;

}  // namespace

std::string alert_text(uint16_t code) {
  return std::string(SSL_alert_type_string_long(code)) + " : " + SSL_alert_desc_string_long(code);
}

std::array<uint8_t, 7> alert_record(Alert alert) {
  return {kAlertRecord, 3, 3, 0, 2, kFatal, static_cast<uint8_t>(alert)};
}

Alert alert_for_client(uint8_t description) {
  switch (static_cast<Alert>(description)) {
    case Alert::kProtocolVersion:
    case Alert::kInsufficientSecurity:
    case Alert::kUnrecognizedName:
    case Alert::kNoApplicationProtocol:
    case Alert::kCertificateRequired:
    case Alert::kAccessDenied:
    case Alert::kInternalError:
      return static_cast<Alert>(description);
    default:
      return Alert::kHandshakeFailure;
  }
}

}  // namespace vitrine::tls
