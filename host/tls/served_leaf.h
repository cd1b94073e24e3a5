// What the appliance shows to a client in the server's place: a forged certificate, its key, and
// the chain up to the appliance's CA.
//
// Ownership: immutable and shared; the key is the leaf's own, never the CA's. Threads: any number
// of legs at once.
#pragma once

#include <memory>
#include <vector>

#include "host/base/openssl.h"
#include "host/base/status.h"

namespace vitrine::tls {

class ServedLeaf {
 public:
  // `issuers`: the leaf's issuer first; the root may be left out. Refuses a key that is not the
  // certificate's.
  static Result<std::shared_ptr<const ServedLeaf>> create(UniqueX509 certificate, UniquePkey key,
                                                          UniqueX509Stack issuers);

  // Borrowed for the leaf's life.
  X509* certificate() const { return certificate_.get(); }
  EVP_PKEY* key() const { return key_.get(); }
  STACK_OF(X509) * issuers() const { return issuers_.get(); }

 private:
  ServedLeaf(UniqueX509 certificate, UniquePkey key, UniqueX509Stack issuers);

  UniqueX509 certificate_;
  UniquePkey key_;
  UniqueX509Stack issuers_;
};

}  // namespace vitrine::tls
