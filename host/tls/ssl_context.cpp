#include "host/tls/ssl_context.h"

#include <algorithm>

#include <fmt/format.h>

#include "host/tls/ssl_leg.h"

namespace vitrine::tls {
namespace {

constexpr uint32_t kMaxSkippedEarlyData = 1U << 20;

SslLeg* leg_of(const SSL* ssl) { return static_cast<SslLeg*>(SSL_get_app_data(ssl)); }

void message_callback(int sent, int /*version*/, int content_type, const void* data, size_t size,
                      SSL* ssl, void* /*argument*/) {
  if (SslLeg* leg = leg_of(ssl); leg != nullptr) {
    leg->on_message(sent == 1, content_type, {static_cast<const uint8_t*>(data), size});
  }
}

void key_log_callback(const SSL* ssl, const char* line) {
  if (SslLeg* leg = leg_of(ssl); leg != nullptr) {
    leg->on_key_log(line);
  }
}

int verify_callback(X509_STORE_CTX* context, void* /*argument*/) {
  const auto* ssl = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
  SslLeg* leg = ssl != nullptr ? leg_of(ssl) : nullptr;
  return leg != nullptr ? leg->on_verify(context) : 0;
}

int client_certificate_callback(SSL* ssl, X509** /*certificate*/, EVP_PKEY** /*key*/) {
  if (SslLeg* leg = leg_of(ssl); leg != nullptr) {
    leg->on_client_certificate_request();
  }
  return 0;  // we have none
}

int new_session_callback(SSL* ssl, SSL_SESSION* session) {
  SslLeg* leg = leg_of(ssl);
  return leg != nullptr && leg->on_new_session(session) ? 1 : 0;
}

// The server's choice and no other; what the client did not offer cannot be chosen.
int alpn_callback(SSL* ssl, const unsigned char** out, unsigned char* out_size,
                  const unsigned char* in, unsigned in_size, void* /*argument*/) {
  const SslLeg* leg = leg_of(ssl);
  if (leg == nullptr || leg->served_alpn().empty()) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  ByteReader offered(Bytes(in, in_size));
  while (offered.ok() && !offered.at_end()) {
    const Bytes name = offered.vector8();
    if (as_text(name) == leg->served_alpn()) {
      *out = name.data();
      *out_size = static_cast<unsigned char>(name.size());
      return SSL_TLSEXT_ERR_OK;
    }
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

bool apply(SSL_CTX* context, const ContextSettings& settings) {
  SSL_CTX_set_security_level(context, settings.security_level);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_msg_callback(context, message_callback);
  SSL_CTX_set_keylog_callback(context, key_log_callback);
  return SSL_CTX_set_min_proto_version(context, settings.min_version) == 1 &&
         SSL_CTX_set_max_proto_version(context, settings.max_version) == 1 &&
         SSL_CTX_set_ciphersuites(context, settings.cipher_suites.c_str()) == 1 &&
         (settings.cipher_list.empty() ||
          SSL_CTX_set_cipher_list(context, settings.cipher_list.c_str()) == 1) &&
         (settings.groups.empty() ||
          SSL_CTX_set1_groups_list(context, settings.groups.c_str()) == 1) &&
         (settings.signatures.empty() ||
          SSL_CTX_set1_sigalgs_list(context, settings.signatures.c_str()) == 1);
}

}  // namespace

std::string ContextSettings::key() const {
  return fmt::format("{:x}-{:x}|{}|{}|{}|{}|{}|{}", min_version, max_version, cipher_list,
                     cipher_suites, groups, signatures, security_level, resume);
}

Result<UniqueSslCtx> make_server_leg_context(const ContextSettings& settings) {
  UniqueSslCtx context(SSL_CTX_new(TLS_client_method()));
  if (!context || !apply(context.get(), settings)) {
    return openssl_status("context for server legs");
  }
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context.get(), verify_callback, nullptr);
  SSL_CTX_set_client_cert_cb(context.get(), client_certificate_callback);
  if (settings.resume) {
    SSL_CTX_set_session_cache_mode(context.get(),
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context.get(), new_session_callback);
  } else {
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET);
  }
  return context;
}

Result<UniqueSslCtx> make_client_leg_context(const ContextSettings& settings) {
  UniqueSslCtx context(SSL_CTX_new(TLS_server_method()));
  if (!context || !apply(context.get(), settings)) {
    return openssl_status("context for client legs");
  }
  SSL_CTX_set_options(context.get(), SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context.get(), 0);
  // Early data is never accepted, but a client with a ticket of the real server's (it came through
  // a splice) sends it all the same: this much is skipped.
  SSL_CTX_set_recv_max_early_data(context.get(), kMaxSkippedEarlyData);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_dh_auto(context.get(), 1);
  SSL_CTX_set_alpn_select_cb(context.get(), alpn_callback, nullptr);
  return context;
}

}  // namespace vitrine::tls
