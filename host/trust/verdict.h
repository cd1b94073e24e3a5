// What verification says about a server's certificate, in the words that events and tls_proxy.log
// print.
#pragma once

#include <cstdint>
#include <ctime>
#include <memory>
#include <string>

#include <openssl/x509_vfy.h>

#include "host/base/openssl.h"
#include "host/trust/certificate.h"

namespace vitrine::trust {

struct Verdict {
  bool trusted = false;
  int code = X509_V_ERR_UNSPECIFIED;  // X509_V_OK where trusted
  int depth = 0;                      // of the certificate that failed; 0 is the server's own
  std::string text;                   // "self signed certificate"; "ok" where trusted
  std::string subject;                // of the failing certificate, else of the server's own:
  std::string issuer;                 // "/unstructuredName=ciscoasa"
  std::string check;                  // the row of check_table.h that failed, "" where trusted
  std::string detail;                 // what exactly failed, for people; "" where trusted
  bool pinned = false;                // trusted because this very certificate was imported

  Digest leaf_digest{};           // of the server's own certificate
  std::shared_ptr<X509> failing;  // null where trusted or where there was no certificate
  // While trusted: the earliest notAfter (seconds, UTC) on the path that was built.
  time_t valid_until = 0;
  uint64_t epoch = 0;  // of the trust store that was asked
};

// OpenSSL's text for an X509_V_ERR_ code, in the wording that the logs have always had ("self
// signed", without OpenSSL 3's hyphen).
std::string verify_error_text(int code);

}  // namespace vitrine::trust
