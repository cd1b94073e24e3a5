// An imported certificate, as listed and as kept.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "host/trust/certificate.h"
#include "host/trust/peer_name.h"

namespace vitrine::trust {

constexpr size_t kMaxImported = 4096;

enum class ImportAs : uint8_t {
  kAuto,  // an anchor if it is a CA certificate, and pinned
  kPin,   // pinned only, even if it is a CA certificate
};

struct ImportOptions {
  ImportAs as = ImportAs::kAuto;
  std::vector<PeerName> names;  // bind the pin to these instead of the certificate's own names
  bool transient = false;       // for this run only: never written to the state directory
};

// A row of `vitrine cert list`.
struct ImportedCertificate {
  std::string id;  // lower-case hexadecimal SHA-256 of the DER
  std::string subject;
  std::string issuer;
  Validity validity;
  bool anchor = false;
  std::vector<PeerName> names;  // as given at import
  std::string path;             // "" where it is in memory only
};

struct Import {
  std::shared_ptr<X509> certificate;
  ImportedCertificate row;
};
using Imports = std::map<Digest, Import>;

}  // namespace vitrine::trust
