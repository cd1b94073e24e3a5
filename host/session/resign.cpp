#include "host/session/resign.h"

#include <openssl/x509_vfy.h>

namespace vitrine::session {

bool can_be_shown(const trust::Verdict& verdict) {
  if (verdict.trusted) {
    return false;
  }
  switch (verdict.code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return verdict.depth == 0;  // an issuer's dates do not show in the leaf
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_UNTRUSTED:
      return true;
    default:
      return false;
  }
}

Failure blame(const FlowFacts& flow, Failure failure) {
  switch (failure.cause) {
    case events::Cause::kClientRejectedCertificate:
    case events::Cause::kClientAlert:
    case events::Cause::kClientReset:
    case events::Cause::kClientClosed:
      break;
    default:
      return failure;
  }
  if (flow.shown_fault) {
    failure.cause = flow.shown_fault->cause;
    failure.plain_error =
        flow.shown_fault->text + "; shown to the client, which refused: " + failure.plain_error;
  }
  return failure;
}

}  // namespace vitrine::session
