// Library contexts for both kinds of legs, with the callbacks that bring the library's news to the
// leg.
#pragma once

#include <cstdint>
#include <string>

#include "host/base/openssl.h"
#include "host/base/status.h"

namespace vitrine::tls {

// What a context fixes; all lists in the library's format.
struct ContextSettings {
  uint16_t min_version = 0x0303;
  uint16_t max_version = 0x0304;
  std::string cipher_list;    // "" for none of TLS 1.2
  std::string cipher_suites;  // "" for none of TLS 1.3
  std::string groups;         // "" for the library's default
  std::string signatures;     // likewise
  int security_level = 1;
  bool resume = false;  // server leg: ask for sessions

  // Equal keys, equal contexts.
  std::string key() const;
};

// We are the client.
Result<UniqueSslCtx> make_server_leg_context(const ContextSettings& settings);
// We are the server: no tickets, no session cache, no renegotiation, our preference of suites.
Result<UniqueSslCtx> make_client_leg_context(const ContextSettings& settings);

}  // namespace vitrine::tls
