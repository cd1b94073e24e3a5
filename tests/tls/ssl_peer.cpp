#include "tests/tls/ssl_peer.h"

#include <openssl/err.h>

namespace vitrine::tls::test {

SslPeer::SslPeer(UniqueSslCtx context, bool is_server)
    : context_(std::move(context)), ssl_(SSL_new(context_.get())) {
  SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  is_server ? SSL_set_accept_state(ssl_.get()) : SSL_set_connect_state(ssl_.get());
}

SslPeer SslPeer::client(const Setup& setup) {
  UniqueSslCtx context(SSL_CTX_new(TLS_client_method()));
  if (setup) {
    setup(context.get());
  }
  return {std::move(context), false};
}

SslPeer SslPeer::server(const Identity& identity, const Setup& setup) {
  UniqueSslCtx context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_use_certificate(context.get(), identity.certificate.get());
  SSL_CTX_use_PrivateKey(context.get(), identity.key.get());
  if (setup) {
    setup(context.get());
  }
  return {std::move(context), true};
}

bool SslPeer::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  note_error(result);
  return result == 1;
}

void SslPeer::write(std::string_view text) {
  ERR_clear_error();
  note_error(SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())));
}

std::string SslPeer::read() {
  std::string text;
  char buffer[4096];
  while (true) {
    ERR_clear_error();
    const int n = SSL_read(ssl_.get(), buffer, sizeof buffer);
    if (n <= 0) {
      note_error(n);
      return text;
    }
    text.append(buffer, static_cast<size_t>(n));
  }
}

void SslPeer::feed(Bytes bytes) {
  BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
}

std::vector<uint8_t> SslPeer::output() {
  BIO* const bio = SSL_get_wbio(ssl_.get());
  std::vector<uint8_t> bytes(BIO_ctrl_pending(bio));
  if (!bytes.empty()) {
    BIO_read(bio, bytes.data(), static_cast<int>(bytes.size()));
  }
  return bytes;
}

void SslPeer::note_error(int result) {
  if (result <= 0 && SSL_get_error(ssl_.get(), result) == SSL_ERROR_SSL) {
    error_ = openssl_error_string();
  }
}

void pump(Leg& leg, SslPeer& peer) {
  bool moved = true;
  while (moved) {
    moved = false;
    leg.advance();
    if (const Bytes out = leg.output(); !out.empty()) {
      peer.feed(out);
      leg.consume_output(out.size());
      moved = true;
    }
    if (SSL_is_init_finished(peer.ssl()) == 0) {
      peer.handshake();
    } else {
      // Key updates and alerts are worked on; plaintext stays for read().
      char byte = 0;
      SSL_peek(peer.ssl(), &byte, 1);
    }
    if (const auto back = peer.output(); !back.empty()) {
      leg.feed(back);
      moved = true;
    }
  }
  leg.advance();
}

std::string read_all(Leg& leg) {
  std::string text;
  std::vector<uint8_t> buffer(20000);
  while (const size_t n = leg.read(buffer)) {
    text.append(as_text(Bytes(buffer).first(n)));
  }
  return text;
}

}  // namespace vitrine::tls::test
