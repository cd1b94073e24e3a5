// What a leg tells of itself, for events and decisions.
#include "host/tls/ssl_leg.h"

namespace vitrine::tls {

uint16_t SslLeg::version() const {
  return counter_.server_hello_seen() ? static_cast<uint16_t>(SSL_version(ssl_.get())) : 0;
}

std::string SslLeg::alpn() const {
  const uint8_t* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

uint8_t SslLeg::max_fragment_length() const {
  const SSL_SESSION* session = SSL_get_session(ssl_.get());
  return session != nullptr ? SSL_SESSION_get_max_fragment_length(session) : uint8_t{0};
}

X509* SslLeg::peer_certificate() const { return chain_ ? sk_X509_value(chain_.get(), 0) : nullptr; }

Bytes SslLeg::stapled_ocsp() const {
  const uint8_t* response = nullptr;
  const long size = SSL_get_tlsext_status_ocsp_resp(ssl_.get(), &response);
  return size > 0 && response != nullptr ? Bytes(response, static_cast<size_t>(size)) : Bytes();
}

LegReport SslLeg::report() const {
  LegReport report;
  report.version = version();
  if (report.version != 0) {
    report.version_text = SSL_get_version(ssl_.get());
    const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl_.get());
    if (cipher == nullptr) {
      cipher = SSL_get_pending_cipher(ssl_.get());
    }
    if (cipher != nullptr) {
      report.cipher = SSL_CIPHER_get_name(cipher);
      report.suite = SSL_CIPHER_get_protocol_id(cipher);
    }
    const char* group =
        SSL_group_to_name(ssl_.get(), static_cast<int>(SSL_get_negotiated_group(ssl_.get())));
    report.group = group != nullptr ? group : "";
  }
  report.alpn = alpn();
  report.error = error_;
  report.bytes_in = queues_.input_records.bytes();
  report.bytes_out = queues_.output_records.bytes();
  report.alerts = alerts_;
  report.resumed = SSL_session_reused(ssl_.get()) == 1;
  report.client_certificate_requested = client_certificate_requested_;
  report.verdict = verdict_;
  return report;
}

}  // namespace vitrine::tls
