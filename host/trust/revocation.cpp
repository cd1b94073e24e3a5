// Revocation by lists that were given as files: RFC 5280 sections 5 and 6.3, complete, delta and
// indirect lists, by OpenSSL's revocation step over exactly the path that is under test.
//
// A certificate is looked up where a list of its issuer is at hand, or always where lists are
// required. A list that is at hand but is stale, malformed, out of scope or badly signed fails the
// certificate: what was given to be believed and cannot be is no reason to trust.
#include <algorithm>
#include <array>
#include <set>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "host/trust/checks.h"

namespace vitrine::trust {
namespace {

struct CrlStackFree {
  void operator()(STACK_OF(X509_CRL) * stack) const { sk_X509_CRL_free(stack); }
};
using UniqueCrlStack = std::unique_ptr<STACK_OF(X509_CRL), CrlStackFree>;  // borrows its lists

constexpr std::array kListSignatures = {
    NID_sha256WithRSAEncryption,
    NID_sha384WithRSAEncryption,
    NID_sha512WithRSAEncryption,
    NID_ecdsa_with_SHA256,
    NID_ecdsa_with_SHA384,
    NID_ecdsa_with_SHA512,
    NID_ED25519,
    NID_rsassaPss,
};

struct IdpFree {
  void operator()(ISSUING_DIST_POINT* point) const { ISSUING_DIST_POINT_free(point); }
};
using UniqueIdp = std::unique_ptr<ISSUING_DIST_POINT, IdpFree>;

UniqueIdp distribution_of(const X509_CRL* list) {
  return UniqueIdp(static_cast<ISSUING_DIST_POINT*>(
      X509_CRL_get_ext_d2i(list, NID_issuing_distribution_point, nullptr, nullptr)));
}

bool is_indirect(const X509_CRL* list) {
  const UniqueIdp point = distribution_of(list);
  return point != nullptr && point->indirectCRL != 0;
}

bool concerns(const X509_CRL* list, const X509* certificate) {
  return X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_issuer_name(certificate)) == 0 ||
         is_indirect(list);
}

bool names_a_serial_twice(X509_CRL* list) {
  std::set<std::vector<uint8_t>> seen;
  STACK_OF(X509_REVOKED)* const entries = X509_CRL_get_REVOKED(list);
  for (int i = 0; i < sk_X509_REVOKED_num(entries); ++i) {
    const ASN1_INTEGER* serial = X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(entries, i));
    const unsigned char* at = ASN1_STRING_get0_data(serial);
    if (!seen.emplace(at, at + ASN1_STRING_length(serial)).second) {
      return true;
    }
  }
  return false;
}

bool date_before_2050_is_generalized(const ASN1_TIME* time) {
  tm parts{};
  return time != nullptr && ASN1_STRING_type(time) == V_ASN1_GENERALIZEDTIME &&
         ASN1_TIME_to_tm(time, &parts) == 1 && parts.tm_year < 150;
}

// RFC 5280 sections 5.1.2 and 5.2, BR 7.2: what a conforming list has.
const char* web_list_problem(X509_CRL* list) {
  int critical = -1;
  const std::unique_ptr<ASN1_INTEGER, OpensslFree<ASN1_INTEGER_free>> number(
      static_cast<ASN1_INTEGER*>(X509_CRL_get_ext_d2i(list, NID_crl_number, &critical, nullptr)));
  if (number == nullptr || critical != 0) {
    return "a revocation list without cRLNumber, or with a critical one";
  }
  if (X509_CRL_get_version(list) != X509_CRL_VERSION_2) {
    return "a revocation list that is not version 2";
  }
  if (X509_CRL_get0_nextUpdate(list) == nullptr) {
    return "a revocation list without nextUpdate";
  }
  if (date_before_2050_is_generalized(X509_CRL_get0_lastUpdate(list)) ||
      date_before_2050_is_generalized(X509_CRL_get0_nextUpdate(list))) {
    return "a revocation list with a date before 2050 that is not a UTCTime";
  }
  if (is_indirect(list)) {
    return "an indirect revocation list";
  }
  return names_a_serial_twice(list) ? "a revocation list with a serial number twice" : nullptr;
}

// What each list must have before it is asked.
Outcome check_lists(const Path& path, size_t depth) {
  for (const std::shared_ptr<X509_CRL>& list : path.revocation->lists) {
    if (!concerns(list.get(), path.at(depth).x509())) {
      continue;
    }
    const int algorithm = X509_CRL_get_signature_nid(list.get());
    if (std::find(kListSignatures.begin(), kListSignatures.end(), algorithm) ==
        kListSignatures.end()) {
      return Finding{X509_V_ERR_CA_MD_TOO_WEAK, depth, "a revocation list with a weak signature"};
    }
    if (path.profile == Profile::kWebPki) {
      if (const char* const problem = web_list_problem(list.get())) {
        return Finding{X509_V_ERR_UNABLE_TO_GET_CRL, depth, problem};
      }
    }
  }
  return std::nullopt;
}

UniqueX509Stack stack_of(const Path& path) {
  UniqueX509Stack stack(sk_X509_new_null());
  for (size_t i = 0; stack != nullptr && i < path.size(); ++i) {
    UniqueX509 reference = up_ref(path.at(i).x509());
    if (sk_X509_push(stack.get(), reference.get()) == 0) {
      return nullptr;
    }
    static_cast<void>(reference.release());
  }
  return stack;
}

bool is_list_problem(int code) {
  switch (code) {
    case X509_V_ERR_UNABLE_TO_GET_CRL:
    case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
    case X509_V_ERR_CRL_NOT_YET_VALID:
    case X509_V_ERR_CRL_HAS_EXPIRED:
    case X509_V_ERR_CRL_SIGNATURE_FAILURE:
    case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
    case X509_V_ERR_DIFFERENT_CRL_SCOPE:
    case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
    case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
    case X509_V_ERR_CERT_REVOKED:
      return true;
    default:
      return false;
  }
}

bool at_hand(const RevocationSettings& settings, const X509* certificate) {
  return std::any_of(settings.lists.begin(), settings.lists.end(),
                     [certificate](const auto& list) { return concerns(list.get(), certificate); });
}

// OpenSSL's question whether a problem is to be overlooked: an anchor is not looked up, and neither
// is what has no list, unless lists are required. It asks for the paths of lists' issuers as well.
int overlook(int ok, X509_STORE_CTX* context) {
  if (ok == 1) {
    return 1;
  }
  X509_STORE_CTX* outermost = context;
  while (X509_STORE_CTX_get0_parent_ctx(outermost) != nullptr) {
    outermost = X509_STORE_CTX_get0_parent_ctx(outermost);
  }
  const auto* settings =
      static_cast<const RevocationSettings*>(X509_STORE_CTX_get_app_data(outermost));
  const int code = X509_STORE_CTX_get_error(context);
  const int depth = X509_STORE_CTX_get_error_depth(context);
  STACK_OF(X509)* const chain = X509_STORE_CTX_get0_chain(context);
  if (!is_list_problem(code) || settings == nullptr || chain == nullptr) {
    return 0;
  }
  const bool anchor = depth + 1 >= sk_X509_num(chain);
  const bool no_list = code == X509_V_ERR_UNABLE_TO_GET_CRL && !settings->required &&
                       !at_hand(*settings, sk_X509_value(chain, depth));
  return anchor || no_list ? 1 : 0;
}

Outcome look_up(const Path& path) {
  const UniqueX509Store store(X509_STORE_new());
  const UniqueX509StoreCtx context(X509_STORE_CTX_new());
  const UniqueCrlStack lists(sk_X509_CRL_new_null());
  UniqueX509Stack chain = stack_of(path);
  if (store == nullptr || context == nullptr || lists == nullptr || chain == nullptr ||
      X509_STORE_add_cert(store.get(), path.at(path.size() - 1).x509()) != 1 ||
      X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN) != 1 ||
      X509_STORE_CTX_init(context.get(), store.get(), path.at(0).x509(), path.untrusted) != 1) {
    return Finding{X509_V_ERR_OUT_OF_MEM, 0, "out of memory"};
  }
  for (const std::shared_ptr<X509_CRL>& list : path.revocation->lists) {
    if (sk_X509_CRL_push(lists.get(), list.get()) == 0) {
      return Finding{X509_V_ERR_OUT_OF_MEM, 0, "out of memory"};
    }
  }
  X509_VERIFY_PARAM* const parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(parameters, path.now);
  X509_VERIFY_PARAM_set_flags(
      parameters, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL | X509_V_FLAG_USE_DELTAS |
                      X509_V_FLAG_EXTENDED_CRL_SUPPORT | X509_V_FLAG_PARTIAL_CHAIN);
  X509_STORE_CTX_set0_crls(context.get(), lists.get());
  X509_STORE_CTX_set0_verified_chain(context.get(), chain.release());
  X509_STORE_CTX_set_verify_cb(context.get(), overlook);
  X509_STORE_CTX_set_app_data(context.get(), const_cast<RevocationSettings*>(path.revocation));
  if (X509_STORE_CTX_get_check_revocation(context.get())(context.get()) == 1) {
    return std::nullopt;
  }
  const int code = X509_STORE_CTX_get_error(context.get());
  const int depth = std::clamp(X509_STORE_CTX_get_error_depth(context.get()), 0,
                               static_cast<int>(path.size()) - 1);
  return Finding{code == X509_V_OK ? X509_V_ERR_UNSPECIFIED : code, static_cast<size_t>(depth),
                 code == X509_V_ERR_CERT_REVOKED ? "revoked by its issuer's list"
                                                 : X509_verify_cert_error_string(code)};
}

}  // namespace

Outcome check_revocation(const Path& path, size_t /*depth*/) {
  if (path.revocation == nullptr ||
      (path.revocation->lists.empty() && !path.revocation->required)) {
    return std::nullopt;
  }
  for (size_t depth = 0; depth + 1 < path.size(); ++depth) {
    if (Outcome outcome = check_lists(path, depth)) {
      return outcome;
    }
  }
  Outcome outcome = look_up(path);
  ERR_clear_error();
  return outcome;
}

}  // namespace vitrine::trust
