// Certificates as values: parsing from any common container, digests, names and dates.
//
// Ownership: returned objects belong to the caller. Threads: all functions are reentrant.
// Times are seconds since 1970 UTC. Untrusted bytes give a Status.
#pragma once

#include <array>
#include <cstdint>
#include <ctime>
#include <string>
#include <vector>

#include "host/base/bytes.h"
#include "host/base/openssl.h"
#include "host/base/status.h"

namespace vitrine::trust {

constexpr size_t kMaxImportBytes = 4U << 20;  // one import or anchor file
constexpr size_t kMaxCertificatesInFile = 1024;

// SHA-256 of the DER encoding.
using Digest = std::array<uint8_t, 32>;
Digest digest_of(const X509* certificate);

// PEM (any number of CERTIFICATE or PKCS7 blocks, text between them ignored), one DER certificate,
// or DER PKCS#7. Never empty on success.
Result<std::vector<UniqueX509>> parse_certificates(Bytes bytes);

Result<std::vector<uint8_t>> to_der(const X509* certificate);
Result<std::string> to_pem(const X509* certificate);

// "/CN=a/O=b", non-printing bytes as \xHH, cut after 1024 characters; "" for null.
std::string one_line(const X509_NAME* name);
std::string subject_of(const X509* certificate);
std::string issuer_of(const X509* certificate);
// The last commonName of the subject where it is printable ASCII, else "".
std::string common_name_of(const X509* certificate);

struct Validity {
  time_t not_before = 0;
  time_t not_after = 0;
};
Result<Validity> validity_of(const X509* certificate);

}  // namespace vitrine::trust
