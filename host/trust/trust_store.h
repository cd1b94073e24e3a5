// Whom the appliance trusts: the system's certification authorities and what the operator imported.
//
// From the state directory: DIR/trust/*.pem, one file a certificate, named by its digest and
// replaced atomically (write, fsync, rename). Files put there by hand are read too. An imported CA
// certificate (basicConstraints CA:TRUE) is an anchor; every imported certificate is also *pinned*:
// trusted as a server's own certificate for exactly itself, never as an issuer. A pinned
// certificate's own names still count, unless it was imported for given names or carries none at
// all (then it is good for any name). Dates and key strength are always checked.
//
// Threads: all members may be called from any thread; a snapshot is immutable and outlives changes.
// The epoch rises with each change, so a cache that holds it in its key never outlives one.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "host/base/bytes.h"
#include "host/base/status.h"
#include "host/trust/anchors.h"
#include "host/trust/imported.h"

namespace vitrine::trust {

constexpr const char* kSystemBundle = "/etc/ssl/certs/ca-certificates.crt";
struct TrustOptions {
  std::string state_dir;                                     // "" keeps imports in memory only
  std::optional<std::string> system_bundle = kSystemBundle;  // nullopt turns the system store off
};

// One imported certificate as verification uses it.
struct Pin {
  std::shared_ptr<X509> certificate;
  std::vector<PeerName> names;
};

// An immutable view of the store.
struct Anchors {
  AnchorIndex index;
  std::map<Digest, Pin> pins;
  uint64_t epoch = 0;
};

class TrustStore {
 public:
  // Reads the system bundle and DIR/trust. A bundle or file that cannot be read is an error: an
  // appliance that trusts less than configured must say so at start.
  static Result<std::unique_ptr<TrustStore>> open(TrustOptions options);

  // PEM, DER or PKCS#7. Returns the rows added; certificates already there are skipped, and an
  // import that adds nothing is kAlreadyExists. All or nothing.
  Result<std::vector<ImportedCertificate>> import(Bytes bytes, const ImportOptions& options = {});
  // `id` may be a unique prefix of at least eight digits.
  Status remove(std::string_view id);
  std::vector<ImportedCertificate> list() const;
  size_t system_anchor_count() const { return system_.size(); }
  // Reads DIR/trust again, for files put there by hand; what is in memory only stays.
  Status reload();

  uint64_t epoch() const { return epoch_.load(std::memory_order_acquire); }
  std::shared_ptr<const Anchors> snapshot() const;

 private:
  explicit TrustStore(TrustOptions options) : options_(std::move(options)) {}
  Status load_system();
  Status publish(Imports imports);
  Status store_files(const std::vector<Import>& added) const;
  void remove_files(const std::vector<Import>& added) const;
  std::string directory() const { return options_.state_dir + "/trust"; }

  const TrustOptions options_;
  std::vector<std::shared_ptr<const Facts>> system_;
  mutable std::mutex mutex_;  // guards the two below
  Imports imports_;
  std::shared_ptr<const Anchors> anchors_;
  std::atomic<uint64_t> epoch_{0};
};

}  // namespace vitrine::trust
