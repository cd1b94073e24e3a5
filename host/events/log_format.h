// The lines of tls_proxy.log, as text; no I/O.
//
// Shape: "2014-02-05 05:21:42,189 INFO TLS_Proxy - MESSAGE", one fact a line, time in UTC. Text
// from outside (names, error strings) is made printable: control bytes become \xHH, so that no peer
// can forge a line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "host/events/types.h"

namespace vitrine::events {

enum class LogLevel : uint8_t { kInfo, kError };
enum class AlertDirection : uint8_t { kReceived, kSent };

// The whole line, without its newline.
std::string format_log_line(int64_t wall_ms, LogLevel level, std::string_view message);

// Alert code: level << 8 | description. Text: "fatal : handshake failure".
std::string alert_text(uint16_t code);
// SSL alert message received from server (0x228 = "fatal : handshake failure") in Session: x2fd1f6
std::string format_alert(AlertDirection direction, Leg leg, uint16_t code, std::string_view text,
                         uint64_t session);
// TLS problem (ERROR) while connecting to server for Session: x2fd1f6
// (client leg: while accepting from client)
std::string format_problem(std::string_view error, Leg leg, uint64_t session);
// Certificate verification failure: self signed certificate (code 18, depth 0)
std::string format_verify_failure(std::string_view text, int code, int depth);
// Subject: /unstructuredName=ciscoasa   and   Issuer: ...
std::string format_subject(std::string_view subject);
std::string format_issuer(std::string_view issuer);

}  // namespace vitrine::events
