// TLS alerts: what was said, in words, and what the client is told when the server leg fails.
//
// Byte order: a code is level << 8 | description, as tls_proxy.log writes it (RFC 8446 section 6).
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace vitrine::tls {

enum class Alert : uint8_t {
  kCloseNotify = 0,
  kUnexpectedMessage = 10,
  kBadRecordMac = 20,
  kHandshakeFailure = 40,
  kBadCertificate = 42,
  kCertificateExpired = 45,
  kCertificateUnknown = 46,
  kUnknownCa = 48,
  kAccessDenied = 49,
  kDecodeError = 50,
  kProtocolVersion = 70,
  kInsufficientSecurity = 71,
  kInternalError = 80,
  kUserCanceled = 90,
  kUnrecognizedName = 112,
  kCertificateRequired = 116,
  kNoApplicationProtocol = 120,
  kEchRequired = 121,
};

struct AlertSeen {
  uint16_t code = 0;
  bool sent = false;  // by the appliance; otherwise by the leg's peer

  bool fatal() const { return code >> 8 == 2; }
  uint8_t description() const { return static_cast<uint8_t>(code); }
  bool operator==(const AlertSeen&) const = default;
};

// "fatal : handshake failure"
std::string alert_text(uint16_t code);

// A fatal alert as a plaintext record, for a peer that has not been answered yet.
std::array<uint8_t, 7> alert_record(Alert alert);

// What to tell the client when the server sent `description` as a fatal alert: the same where it
// speaks of what the client asked for, handshake_failure where it speaks of our own messages.
Alert alert_for_client(uint8_t description);

}  // namespace vitrine::tls
