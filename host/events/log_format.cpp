#include "host/events/log_format.h"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include "host/events/text.h"
#include "host/events/time_text.h"

namespace vitrine::events {
namespace {

constexpr size_t kMaxLogText = 1024;  // bytes of one text inside a line

std::string_view peer_name(Leg leg) { return leg == Leg::kClient ? "client" : "server"; }

}  // namespace

std::string format_log_line(int64_t wall_ms, LogLevel level, std::string_view message) {
  return fmt::format("{} {} TLS_Proxy - {}", format_log_time(wall_ms),
                     level == LogLevel::kError ? "ERROR" : "INFO", printable(message));
}

std::string alert_text(uint16_t code) {
  return fmt::format("{} : {}", SSL_alert_type_string_long(code), SSL_alert_desc_string_long(code));
}

std::string format_alert(AlertDirection direction, Leg leg, uint16_t code, std::string_view text,
                         uint64_t session) {
  return fmt::format("SSL alert message {} {} (0x{:x} = \"{}\") in Session: x{:x}",
                     direction == AlertDirection::kSent ? "sent to" : "received from",
                     peer_name(leg), code, printable(text, kMaxLogText), session);
}

std::string format_problem(std::string_view error, Leg leg, uint64_t session) {
  return fmt::format(
      "TLS problem ({}) {} for Session: x{:x}", printable(error, kMaxLogText),
      leg == Leg::kClient ? "while accepting from client" : "while connecting to server", session);
}

std::string format_verify_failure(std::string_view text, int code, int depth) {
  return fmt::format("Certificate verification failure: {} (code {}, depth {})",
                     printable(text, kMaxLogText), code, depth);
}

std::string format_subject(std::string_view subject) {
  return fmt::format("Subject: {}", printable(subject, kMaxLogText));
}

std::string format_issuer(std::string_view issuer) {
  return fmt::format("Issuer: {}", printable(issuer, kMaxLogText));
}

}  // namespace vitrine::events
