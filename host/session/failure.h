// What a failed handshake means: cause, texts, and what to tell the client.
#pragma once

#include <optional>
#include <string>

#include "host/events/types.h"
#include "host/tls/alert.h"
#include "host/tls/client_hello.h"
#include "host/tls/leg.h"

namespace vitrine::session {

struct Failure {
  events::Leg leg = events::Leg::kNone;
  events::Cause cause = events::Cause::kInternal;
  std::string library_error;  // the TLS library's own string, may be empty
  std::string plain_error;    // in words
  tls::Alert client_alert = tls::Alert::kInternalError;
};

// How a leg's TCP connection stood when the leg failed.
struct SocketEnd {
  bool end_of_file = false;
  int error = 0;  // errno, 0 for none
};

// REQUIRES: the leg has failed, or its socket has ended before it was established.
// `integrity_only`: no suite that encrypts was offered, for want of a licence.
Failure server_failure(const tls::LegReport& report, const SocketEnd& socket,
                       bool integrity_only = false);
Failure client_failure(const tls::LegReport& report, const SocketEnd& socket);
// The clock ran out on the leg.
Failure timeout_failure(events::Leg leg);
// Nothing could be offered to the server of what this client offered.
Failure unofferable(const tls::ClientHello& hello, const Status& why, tls::Alert alert);

// "certificate verification failed: certificate has expired (code 10, depth 0)"
std::string verification_text(const tls::PeerVerdict& verdict);
// X509_V_ERR_... to the stable cause.
events::Cause cause_of_verify_error(int code);

}  // namespace vitrine::session
