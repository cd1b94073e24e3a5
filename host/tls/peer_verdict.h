// The seam to certificate verification: the legs call it, the trust room implements it.
#pragma once

#include <functional>
#include <string>

#include "host/base/openssl.h"

namespace vitrine::tls {

// Untrusted unless said otherwise. `error` is an X509_V_... code; it chooses the alert.
struct PeerVerdict {
  int error = X509_V_ERR_UNSPECIFIED;
  int depth = 0;
  std::string text;     // "self signed certificate"
  std::string subject;  // of the certificate at fault, "/unstructuredName=ciscoasa"
  std::string issuer;
  // Not trusted, but the handshake goes on: the client will be shown the fault. No session of it is
  // kept.
  bool tolerated = false;

  bool trusted() const { return error == X509_V_OK; }
};

// Called during the server leg's handshake with what the server sent, leaf first, never empty;
// borrowed for the call. Must not block for long: it runs on the handshake's thread.
using PeerVerifier = std::function<PeerVerdict(STACK_OF(X509) * chain)>;

}  // namespace vitrine::tls
