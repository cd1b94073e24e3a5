#include "host/trust/verdict.h"

namespace vitrine::trust {

std::string verify_error_text(int code) {
  switch (code) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return "self signed certificate";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return "self signed certificate in certificate chain";
    default:
      return X509_verify_cert_error_string(code);
  }
}

}  // namespace vitrine::trust
