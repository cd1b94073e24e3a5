#include "host/api/certificate_row.h"

#include <ctime>

#include <fmt/chrono.h>

namespace vitrine::api {

std::string iso_time(int64_t seconds) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<time_t>(seconds)));
}

CertificateRow trusted_row(const trust::ImportedCertificate& imported) {
  CertificateRow row;
  row.id = imported.id;
  row.role = "trusted";
  row.subject = imported.subject;
  row.issuer = imported.issuer;
  row.fingerprint = imported.id;
  row.not_before = iso_time(imported.validity.not_before);
  row.not_after = iso_time(imported.validity.not_after);
  return row;
}

}  // namespace vitrine::api
