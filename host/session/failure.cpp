#include "host/session/failure.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <openssl/x509_vfy.h>

namespace vitrine::session {
namespace {

using events::Cause;
using tls::Alert;

const tls::AlertSeen* fatal_alert(const tls::LegReport& report, bool sent) {
  const auto it = std::find_if(
      report.alerts.begin(), report.alerts.end(),
      [&](const tls::AlertSeen& alert) { return alert.fatal() && alert.sent == sent; });
  return it == report.alerts.end() ? nullptr : &*it;
}

Cause cause_of_server_alert(uint8_t description) {
  switch (static_cast<Alert>(description)) {
    case Alert::kHandshakeFailure:
    case Alert::kInsufficientSecurity:
      return Cause::kServerRefusedHandshake;
    case Alert::kProtocolVersion:
      return Cause::kServerProtocolVersion;
    case Alert::kUnrecognizedName:
      return Cause::kServerUnknownName;
    case Alert::kCertificateRequired:
      return Cause::kServerWantsCertificate;
    default:
      return Cause::kServerAlert;
  }
}

Cause cause_of_client_alert(uint8_t description) {
  switch (static_cast<Alert>(description)) {
    case Alert::kBadCertificate:
    case Alert::kCertificateExpired:
    case Alert::kCertificateUnknown:
    case Alert::kUnknownCa:
      return Cause::kClientRejectedCertificate;
    case Alert::kEchRequired:
      return Cause::kClientWantsEch;
    default:
      return Cause::kClientAlert;
  }
}

// What both legs' failures are called, by whose they are.
struct PeerWords {
  events::Leg leg;
  const char* name;
  Cause bad_message;
  Cause reset;
  Cause closed;
  Cause timeout;
};
constexpr PeerWords kServer{events::Leg::kServer,     "server",
                            Cause::kServerBadMessage, Cause::kServerReset,
                            Cause::kServerClosed,     Cause::kServerTimeout};
constexpr PeerWords kClient{events::Leg::kClient,     "client",
                            Cause::kClientBadMessage, Cause::kClientReset,
                            Cause::kClientClosed,     Cause::kClientTimeout};

Failure failure_of(const PeerWords& peer, const tls::LegReport& report) {
  return {peer.leg, peer.bad_message, report.error, "", Alert::kHandshakeFailure};
}

Failure alert_failure(const PeerWords& peer, const tls::LegReport& report, Cause cause,
                      const tls::AlertSeen& alert) {
  Failure failure = failure_of(peer, report);
  failure.cause = cause;
  failure.plain_error =
      "alert from the " + std::string(peer.name) + ": " + tls::alert_text(alert.code);
  return failure;
}

// REQUIRES: the socket has ended.
Failure socket_failure(const PeerWords& peer, const tls::LegReport& report,
                       const SocketEnd& socket) {
  Failure failure = failure_of(peer, report);
  failure.cause = socket.error == ETIMEDOUT ? peer.timeout
                  : socket.error != 0       ? peer.reset
                                            : peer.closed;
  const char* what = " closed the connection during the handshake";
  if (socket.error == ECONNRESET || socket.error == EPIPE) {
    what = " reset the connection during the handshake";
  } else if (socket.error == ETIMEDOUT) {
    what = " does not answer";
  }
  failure.plain_error = "the " + std::string(peer.name) + what;
  return failure;
}

bool has_ended(const SocketEnd& socket) { return socket.error != 0 || socket.end_of_file; }

// The alert with which our side ended the handshake.
bool refused_with(const tls::LegReport& report, Alert alert) {
  const tls::AlertSeen* own = fatal_alert(report, true);
  return own != nullptr && own->description() == static_cast<uint8_t>(alert);
}

Failure untrusted_failure(const tls::LegReport& report) {
  const tls::PeerVerdict& verdict = *report.verdict;
  Failure failure{events::Leg::kServer, cause_of_verify_error(verdict.error), report.error, "", {}};
  failure.plain_error = verification_text(verdict);
  // A certificate alert would read as if the client's own were refused (Chromium:
  // ERR_BAD_SSL_CLIENT_AUTH_CERT).
  failure.client_alert = Alert::kInternalError;
  return failure;
}

}  // namespace

std::string verification_text(const tls::PeerVerdict& verdict) {
  return "certificate verification failed: " + verdict.text + " (code " +
         std::to_string(verdict.error) + ", depth " + std::to_string(verdict.depth) + ")";
}

Cause cause_of_verify_error(int code) {
  switch (code) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return Cause::kCertificateSelfSigned;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_UNTRUSTED:
      return Cause::kCertificateUnknownIssuer;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return Cause::kCertificateExpired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return Cause::kCertificateNotYetValid;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return Cause::kCertificateNameMismatch;
    case X509_V_ERR_CERT_REVOKED:
      return Cause::kCertificateRevoked;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return Cause::kCertificateWeak;
    default:
      return Cause::kCertificateInvalid;
  }
}

Failure server_failure(const tls::LegReport& report, const SocketEnd& socket, bool integrity_only) {
  if (report.verdict.has_value() && !report.verdict->trusted() && !report.verdict->tolerated) {
    return untrusted_failure(report);
  }
  if (const tls::AlertSeen* alert = fatal_alert(report, false)) {
    Cause cause = report.client_certificate_requested ? Cause::kServerWantsCertificate
                                                      : cause_of_server_alert(alert->description());
    // Such an offer is also refused as a version: NULL suites end with TLS 1.2.
    if (integrity_only &&
        (cause == Cause::kServerRefusedHandshake || cause == Cause::kServerProtocolVersion)) {
      cause = Cause::kNoStrongCryptography;
    }
    Failure failure = alert_failure(kServer, report, cause, *alert);
    failure.client_alert = tls::alert_for_client(alert->description());
    return failure;
  }
  if (has_ended(socket)) {
    return socket_failure(kServer, report, socket);
  }
  Failure failure = failure_of(kServer, report);
  failure.plain_error = "the server's answer is not valid TLS";
  if (refused_with(report, Alert::kProtocolVersion)) {
    failure.cause = Cause::kServerProtocolVersion;
    failure.plain_error = "the server answered with a version that was not offered";
    failure.client_alert = Alert::kProtocolVersion;
  }
  return failure;
}

Failure client_failure(const tls::LegReport& report, const SocketEnd& socket) {
  if (const tls::AlertSeen* alert = fatal_alert(report, false)) {
    return alert_failure(kClient, report, cause_of_client_alert(alert->description()), *alert);
  }
  if (has_ended(socket)) {
    return socket_failure(kClient, report, socket);
  }
  Failure failure = failure_of(kClient, report);
  failure.plain_error = "the client's message is not valid TLS";
  if (refused_with(report, Alert::kHandshakeFailure)) {
    failure.cause = Cause::kClientNoSharedCipher;
    failure.plain_error = "no cipher suite in common with the client";
  }
  return failure;
}

Failure timeout_failure(events::Leg leg) {
  const PeerWords& peer = leg == events::Leg::kServer ? kServer : kClient;
  return {leg, peer.timeout, "",
          "the " + std::string(peer.name) + " did not finish its handshake in time",
          Alert::kHandshakeFailure};
}

Failure unofferable(const tls::ClientHello& hello, const Status& why, Alert alert) {
  const bool version = !hello.offers_version(0x0303) && !hello.offers_version(0x0304);
  return {events::Leg::kClient,
          version ? Cause::kClientProtocolVersion : Cause::kClientNoSharedCipher, "", why.message(),
          alert};
}

}  // namespace vitrine::session
