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
    default:
      return Cause::kClientAlert;
  }
}

Alert alert_of_verify_error(Cause cause) {
  switch (cause) {
    case Cause::kCertificateExpired:
    case Cause::kCertificateNotYetValid:
      return Alert::kCertificateExpired;
    case Cause::kCertificateSelfSigned:
    case Cause::kCertificateUnknownIssuer:
      return Alert::kUnknownCa;
    default:
      return Alert::kBadCertificate;
  }
}

std::string socket_text(const SocketEnd& socket, const char* who) {
  if (socket.error == ECONNRESET || socket.error == EPIPE) {
    return std::string(who) + " reset the connection during the handshake";
  }
  if (socket.error == ETIMEDOUT) {
    return std::string(who) + " does not answer";
  }
  return std::string(who) + " closed the connection during the handshake";
}

Failure untrusted_failure(const tls::LegReport& report) {
  const tls::PeerVerdict& verdict = *report.verdict;
  Failure failure{events::Leg::kServer, cause_of_verify_error(verdict.error), report.error, "", {}};
  failure.plain_error = "certificate verification failed: " + verdict.text + " (code " +
                        std::to_string(verdict.error) + ", depth " + std::to_string(verdict.depth) +
                        ")";
  failure.client_alert = alert_of_verify_error(failure.cause);
  return failure;
}

}  // namespace

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
  if (report.verdict.has_value() && !report.verdict->trusted()) {
    return untrusted_failure(report);
  }
  Failure failure{events::Leg::kServer, Cause::kServerBadMessage, report.error, "",
                  Alert::kHandshakeFailure};
  if (const tls::AlertSeen* alert = fatal_alert(report, false)) {
    failure.cause = report.client_certificate_requested
                        ? Cause::kServerWantsCertificate
                        : cause_of_server_alert(alert->description());
    failure.plain_error = "alert from the server: " + tls::alert_text(alert->code);
    failure.client_alert = tls::alert_for_client(alert->description());
    // Such an offer is also refused as a version: NULL suites end with TLS 1.2.
    if (integrity_only && (failure.cause == Cause::kServerRefusedHandshake ||
                           failure.cause == Cause::kServerProtocolVersion)) {
      failure.cause = Cause::kNoStrongCryptography;
    }
  } else if (socket.error != 0 || socket.end_of_file) {
    failure.cause = socket.error == ETIMEDOUT ? Cause::kServerTimeout
                    : socket.error != 0       ? Cause::kServerReset
                                              : Cause::kServerClosed;
    failure.plain_error = socket_text(socket, "the server");
  } else if (const tls::AlertSeen* own = fatal_alert(report, true);
             own != nullptr &&
             own->description() == static_cast<uint8_t>(Alert::kProtocolVersion)) {
    failure.cause = Cause::kServerProtocolVersion;
    failure.plain_error = "the server answered with a version that was not offered";
    failure.client_alert = Alert::kProtocolVersion;
  } else {
    failure.plain_error = "the server's answer is not valid TLS";
  }
  return failure;
}

Failure client_failure(const tls::LegReport& report, const SocketEnd& socket) {
  Failure failure{events::Leg::kClient, Cause::kClientBadMessage, report.error, "",
                  Alert::kHandshakeFailure};
  if (const tls::AlertSeen* alert = fatal_alert(report, false)) {
    failure.cause = cause_of_client_alert(alert->description());
    failure.plain_error = "alert from the client: " + tls::alert_text(alert->code);
  } else if (socket.error != 0 || socket.end_of_file) {
    failure.cause = socket.error == ETIMEDOUT ? Cause::kClientTimeout
                    : socket.error != 0       ? Cause::kClientReset
                                              : Cause::kClientClosed;
    failure.plain_error = socket_text(socket, "the client");
  } else if (const tls::AlertSeen* own = fatal_alert(report, true);
             own != nullptr &&
             own->description() == static_cast<uint8_t>(Alert::kHandshakeFailure)) {
    failure.cause = Cause::kClientNoSharedCipher;
    failure.plain_error = "no cipher suite in common with the client";
  } else {
    failure.plain_error = "the client's message is not valid TLS";
  }
  return failure;
}

Failure timeout_failure(events::Leg leg) {
  const bool server = leg == events::Leg::kServer;
  return {leg, server ? Cause::kServerTimeout : Cause::kClientTimeout, "",
          server ? "the server did not finish its handshake in time"
                 : "the client did not finish its handshake in time",
          Alert::kHandshakeFailure};
}

Failure unofferable(const tls::ClientHello& hello, const Status& why, Alert alert) {
  const bool version = !hello.offers_version(0x0303) && !hello.offers_version(0x0304);
  return {events::Leg::kClient,
          version ? Cause::kClientProtocolVersion : Cause::kClientNoSharedCipher, "", why.message(),
          alert};
}

}  // namespace vitrine::session
