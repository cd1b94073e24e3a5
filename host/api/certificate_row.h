// An imported certificate as the row that people see.
#pragma once

#include "host/api/backend.h"
#include "host/trust/imported.h"

namespace vitrine::api {

CertificateRow trusted_row(const trust::ImportedCertificate& imported);
// 2014-02-05T05:21:42Z
std::string iso_time(int64_t seconds);

}  // namespace vitrine::api
