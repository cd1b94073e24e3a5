// Validation of a chain in files, by the code that the live path runs (verify.h): what `vitrine
// trust check` and the published suites are built on.
//
// A Status means that the input cannot be used (nothing parses, nothing to start from); whatever
// parses gets a verdict. Threads: reentrant.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/base/bytes.h"
#include "host/base/status.h"
#include "host/trust/verify.h"

namespace vitrine::trust {

struct OfflineCheck {
  std::vector<uint8_t> chain;                       // PEM, DER or PKCS#7; the server's own first
  std::vector<std::vector<uint8_t>> roots;          // files, each of the same kinds
  std::vector<std::vector<uint8_t>> intermediates;  // as if the server had sent them
  std::vector<std::vector<uint8_t>> lists;          // revocation lists, PEM or DER
  std::optional<std::string> system_bundle = kSystemBundle;
  std::string state_dir;  // imported certificates of an appliance; "" for none
  std::optional<PeerName> name;
  time_t now = 0;
  std::optional<Profile> profile;
  bool server_purpose = true;
  bool lists_required = false;
  PolicySettings policy;
  VerifyLimits limits;
};

struct OfflineVerdict {
  Verdict verdict;
  Report report;
};

Result<OfflineVerdict> check_offline(const OfflineCheck& check);

// PEM (any number of X509 CRL blocks) or one list in DER.
Result<std::vector<std::shared_ptr<X509_CRL>>> parse_revocation_lists(Bytes bytes);

// "2024-03-01", "2024-03-01T10:00:00Z", "…+02:00", fractions cut off; or "@1709251200".
std::optional<time_t> parse_check_time(std::string_view text);

}  // namespace vitrine::trust
