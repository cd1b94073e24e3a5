// The far end of a leg: a plain OpenSSL client or server over memory, and pumps between the two.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "host/tls/leg.h"
#include "tests/tls/identity.h"

namespace vitrine::tls::test {

class SslPeer {
 public:
  // Configures the peer's context before the connection is made.
  using Setup = std::function<void(SSL_CTX*)>;

  static SslPeer client(const Setup& setup = {});
  static SslPeer server(const Identity& identity, const Setup& setup = {});

  // On a context made earlier, for many connections.
  static SslPeer client_on(SSL_CTX* context) { return {up_ref(context), false}; }
  static SslPeer server_on(SSL_CTX* context) { return {up_ref(context), true}; }

  SSL* ssl() const { return ssl_.get(); }
  SSL_CTX* context() const { return context_.get(); }
  // True once the handshake is done.
  bool handshake();
  void write(std::string_view text);
  // All plaintext there is now.
  std::string read();
  // Raw bytes towards and from the peer.
  void feed(Bytes bytes);
  std::vector<uint8_t> output();
  // The last call's error, in the library's form.
  const std::string& error() const { return error_; }

 private:
  SslPeer(UniqueSslCtx context, bool is_server);
  void note_error(int result);

  UniqueSslCtx context_;
  UniqueSsl ssl_;
  std::string error_;
};

// Carries bytes both ways and advances both until neither has anything to say.
void pump(Leg& leg, SslPeer& peer);
// The whole of what can be read.
std::string read_all(Leg& leg);

}  // namespace vitrine::tls::test
