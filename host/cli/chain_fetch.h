// A server's certificate chain, from a TLS connection of this program's own.
//
// The connection leaves by this machine's routes, as any of its programs' do, and not from the
// inside port to the outside one: the appliance neither decrypts nor blocks it, and nobody else's
// traffic passes by it. Nothing is verified and nothing is sent but the handshake. Bounds: 64
// certificates, 256 KiB of handshake message, `timeout_s` for everything together.
#pragma once

#include <string>
#include <vector>

#include "host/base/openssl.h"
#include "host/base/status.h"

namespace vitrine::cli {

struct FetchTarget {
  std::string host;  // name or address, without brackets
  std::string port;
};
// "example.org:443", "192.0.2.1:8443", "[2001:db8::1]:443"; the port may be left out for 443.
Result<FetchTarget> parse_fetch_target(const std::string& text);

struct FetchedChain {
  std::vector<UniqueX509> certificates;  // as sent, the server's own first; never empty
  std::string address;                   // that answered, "192.0.2.1:443"
  std::string version;                   // "TLSv1.3"
};

// `server_name`: for SNI; "" for none. Old versions and weak keys are accepted: this only looks.
Result<FetchedChain> fetch_chain(const FetchTarget& target, const std::string& server_name,
                                 unsigned timeout_s);

}  // namespace vitrine::cli
