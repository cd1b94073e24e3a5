// The certificate importer on arbitrary bytes (PEM, DER, PKCS#7), and everything that a verdict
// looks at in what came out: no crash, no leak, and one answer for one input.
#include <cstdlib>

#include "host/trust/offline_check.h"

namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace trust = vitrine::trust;
  const vitrine::Bytes bytes(data, size);
  auto parsed = trust::parse_certificates(bytes);
  if (!parsed) {
    require(!parsed.status().message().empty());
    static_cast<void>(trust::parse_revocation_lists(bytes));
    return 0;
  }
  require(!parsed->empty() && parsed->size() <= trust::kMaxCertificatesInFile);
  // Trusted for itself as far as anything can be, so that every check runs.
  trust::OfflineCheck check;
  check.chain.assign(data, data + size);
  check.roots.push_back(check.chain);
  check.system_bundle = std::nullopt;
  check.name = trust::PeerName::host("a.example");
  check.now = 1'800'000'000;
  const auto first = trust::check_offline(check);
  const auto second = trust::check_offline(check);
  require(first.is_ok() && second.is_ok());
  require(first->verdict.code == second->verdict.code);
  require(first->verdict.trusted == first->verdict.check.empty());
  return 0;
}
