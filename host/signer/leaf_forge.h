// Forged leaves: the certificate that the client sees in place of the server's.
//
// It carries the server's DNS and address names (its common name where it has no others), the name
// that was asked for where those do not cover it, a validity inside the server's and the CA's, and
// a key of ours: one P-256 and one RSA-2048 pair serve all leaves of a run and are replaced daily.
// Leaves are kept by (server certificate, added name, key type, CA) until shortly before they or
// their key pair go; the least recently used goes first. Requests for the same leaf share one
// signature.
//
// For a server that is not trusted the leaf has the server's own names and dates, whatever is wrong
// with them, and the untrusted CA's signature; that CA is never sent along.
//
// Threads: all members on the signer client's executor; handlers run there, at once (from within
// forge()) on a cache hit. Every answer of the signer is checked against the CA before it is used.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "host/base/clock.h"
#include "host/base/openssl.h"
#include "host/base/status.h"
#include "host/signer/ca.h"
#include "host/signer/signer_client.h"
#include "host/tls/served_leaf.h"
#include "host/trust/peer_name.h"

namespace vitrine::signer {

// Immutable once made, so any thread may read it. The same leaf is the same object, so that what is
// made from it (an SSL_CTX) can be kept beside it.
struct ForgedLeaf {
  std::shared_ptr<const tls::ServedLeaf> served;
  KeyType key_type = KeyType::kEcdsaP256;
  time_t good_until = 0;  // not handed out after this
};

struct ForgeRequest {
  // REQUIRES: verified for `name`, or `untrusted`; else forging would vouch for it to the client.
  // Borrowed for the call.
  const X509* server_certificate = nullptr;
  trust::PeerName name;
  KeyType key_type = KeyType::kEcdsaP256;
  bool untrusted = false;
};

struct ForgeLimits {
  size_t cache_capacity = 4096;
  int64_t max_lifetime_s = 30LL * 86400;  // of a leaf, from now
  int64_t backdate_s = 2LL * 86400;       // for clients whose clock is slow
  int64_t key_lifetime_s = 86400;
};

struct ForgeCounters {
  uint64_t signed_leaves = 0;
  uint64_t cache_hits = 0;
  uint64_t joined = 0;  // waited for a signature already under way
  uint64_t failed = 0;
};

class LeafForge {
 public:
  using Handler = std::function<void(Result<std::shared_ptr<const ForgedLeaf>>)>;

  // `ca` is the certificate the signer told. `client` and `clock` must outlive the forge. Generates
  // the key pairs (about a tenth of a second).
  static Result<std::unique_ptr<LeafForge>> create(SignerClient& client, const Clock& clock,
                                                   UniqueX509 ca, ForgeLimits limits = {});
  ~LeafForge();

  void forge(const ForgeRequest& request, Handler handler);
  ForgeCounters counters() const;
  size_t cached() const;

 private:
  class Impl;
  explicit LeafForge(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

// The server's alternative names do not cover the name that was asked for (so that it is added).
bool leaf_needs_name(const X509* server_certificate, const trust::PeerName& name);

// The request to the signer for a leaf (the rules above), but for the key; pure.
Result<SignRequest> leaf_request(const X509* server_certificate, const trust::PeerName& name,
                                 const X509* ca, time_t now, const ForgeLimits& limits);
Result<SignRequest> untrusted_request(const X509* server_certificate, time_t now,
                                      const ForgeLimits& limits);

}  // namespace vitrine::signer
