// The signer's core: a CA key and the rules under which it signs. No I/O.
//
// Refuses: a leaf with no name; malformed names; validity that is empty, ends beyond the CA's or
// begins before it; public keys other than P-256 or RSA 2048 to 4096, and the CA's own key. What it
// signs is always CA:FALSE, serverAuth only, with a random 127-bit serial number (RFC 5280).
// A leaf that is asked for as untrusted is signed by untrusted_ca.h's key, never by the CA's; it
// may have no names and any dates, since it vouches for nothing. Threads: one.
#pragma once

#include "host/base/openssl.h"
#include "host/base/status.h"
#include "host/signer/protocol.h"
#include "host/signer/untrusted_ca.h"

namespace vitrine::signer {

class Authority {
 public:
  // Reads and matches key and certificate of a CA directory (see ca.h). REQUIRES:
  // secure_memory_init() has run, else fails.
  static Result<Authority> load(const std::string& ca_dir);
  // REQUIRES: the key is the certificate's. Makes the untrusted CA; where that cannot be made, only
  // requests for it fail.
  Authority(UniqueX509 certificate, UniquePkey key);

  const X509* certificate() const { return certificate_.get(); }
  Result<UniqueX509> sign(const SignRequest& request) const;
  // Answers one packet; garbage is answered with kError.
  std::vector<uint8_t> answer(Bytes packet) const;

 private:
  UniqueX509 certificate_;
  UniquePkey key_;
  Result<UntrustedCa> untrusted_;
};

}  // namespace vitrine::signer
