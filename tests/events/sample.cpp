#include "tests/events/sample.h"

namespace vitrine::events {
namespace {

Endpoint endpoint(const char* address, uint16_t port) {
  return {IpAddress::parse(address).value(), port};
}

}  // namespace

Event refused_event() {
  Event event;
  event.time_ms = kSampleTime;
  event.type = EventType::kTlsAbort;
  set_endpoints(event, endpoint("192.0.2.10", 49152), endpoint("198.51.100.7", 443));
  set_server_name(event, "www.example.org");
  set_failure(event, Leg::kServer, Cause::kServerRefusedHandshake,
              "error:14077410:SSL routines:SSL23_GET_SERVER_HELLO:sslv3 alert handshake failure");
  event.transaction.connection_id = 0x2fd1f6;
  event.transaction.bytes_sent = 179;
  event.transaction.bytes_received = 7;
  event.transaction.configuration_version = 4;
  event.policy.decryption_rule = "decrypt-all";
  return event;
}

Event untrusted_event() {
  Event event;
  event.time_ms = kSampleTime + 29'316;
  event.type = EventType::kTlsAbort;
  set_endpoints(event, endpoint("2001:db8::10", 49153), endpoint("2001:db8:1::7", 8443));
  set_failure(event, Leg::kServer, Cause::kCertificateSelfSigned,
              "error:14090086:SSL routines:SSL3_GET_SERVER_CERTIFICATE:certificate verify failed",
              "self signed certificate (code 18, depth 0)");
  event.tls.server_certificate_name = "/unstructuredName=ciscoasa";
  event.tls.server_certificate_issuer = "/unstructuredName=ciscoasa";
  event.tls.tls_version = "TLSv1.2";
  return event;
}

}  // namespace vitrine::events
