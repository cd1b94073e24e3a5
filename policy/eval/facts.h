// What is known of a connection, in the stages in which it becomes known.
//
//   connection   addresses, ports, VLAN, ingress, time: with the first packet
//   hello        server name and TLS version: with the ClientHello
//   certificate  issuer, fingerprint, state: once the server has shown it, on this connection or
//   before request      HTTP method, host, path: of decrypted flows response     HTTP content type:
//   of decrypted flows
//
// A stage that has not come yet is pending, one that cannot come any more never (no TLS, not
// decrypted).  Conditions on a pending fact are unknown, on one that never comes false.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "host/card/types.h"
#include "policy/lang/rulebook.h"

namespace vitrine::policy {

enum class Stage : uint8_t { kConnection, kHello, kCertificate, kRequest, kResponse };
const char* stage_name(Stage stage);

enum class Known : uint8_t { kPending, kYes, kNever };

struct Knowledge {
  Known hello = Known::kPending;
  Known certificate = Known::kPending;
  Known http = Known::kPending;
  // Of a connection that is left alone from now on.
  constexpr Knowledge undecrypted() const {
    const auto settle = [](Known stage) { return stage == Known::kYes ? stage : Known::kNever; };
    return {hello, settle(certificate), settle(http)};
  }
  static constexpr Knowledge never() { return {Known::kNever, Known::kNever, Known::kNever}; }
};

struct Facts {
  card::FlowKey key;    // of the opener's packets
  int64_t wall_ms = 0;  // milliseconds since 1970-01-01 UTC
  Knowledge known;

  std::string server_name;  // from normal_host(); empty without SNI
  uint8_t tls_version = kTls13Bit;

  std::string issuer;       // one line, lower case
  std::string fingerprint;  // SHA-256, lower-case hexadecimal
  uint16_t certificate_state = kCertificateValid;

  std::string http_host;  // from normal_host()
  std::string http_method;
  std::string http_path;
  std::optional<std::string> content_type;  // lower case; nullopt: no response yet
};

}  // namespace vitrine::policy
