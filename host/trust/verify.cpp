#include "host/trust/verify.h"

#include <algorithm>
#include <array>

#include <openssl/err.h>

namespace vitrine::trust {
namespace {

// RFC 6125 section 6: the server's own certificate is for whom the client asked. A pin given names
// at import stands for those; a pinned certificate without any name stands for all.
std::optional<CheckFailure> check_name(const VerifiedPath& path) {
  X509* const leaf = sk_X509_value(path.chain, 0);
  if (path.pin != nullptr) {
    const std::vector<PeerName>& names = path.pin->names;
    if (!names.empty()) {
      if (std::find(names.begin(), names.end(), path.name) != names.end()) {
        return std::nullopt;
      }
    } else if (names_of(leaf).nameless()) {
      return std::nullopt;
    }
  }
  if (matches(leaf, path.name)) {
    return std::nullopt;
  }
  return CheckFailure{
      path.name.is_address() ? X509_V_ERR_IP_ADDRESS_MISMATCH : X509_V_ERR_HOSTNAME_MISMATCH, 0};
}

constexpr std::array<ChainCheck, 1> kChecks = {{
    {"name", check_name},
}};

void fail(Verdict& verdict, int code, int depth, X509* certificate) {
  verdict.trusted = false;
  verdict.code = code != X509_V_OK ? code : X509_V_ERR_UNSPECIFIED;
  verdict.depth = std::max(depth, 0);
  verdict.text = verify_error_text(verdict.code);
  if (certificate != nullptr) {
    verdict.subject = subject_of(certificate);
    verdict.issuer = issuer_of(certificate);
    verdict.failing = share(up_ref(certificate));
  }
}

bool within_limits(X509* leaf, STACK_OF(X509) * untrusted, const VerifyLimits& limits) {
  const int others = std::max(sk_X509_num(untrusted), 0);
  if (static_cast<size_t>(others) + 1 > limits.max_certificates) {
    return false;
  }
  size_t bytes = 0;
  for (int i = -1; i < others; ++i) {
    const int size = i2d_X509(i < 0 ? leaf : sk_X509_value(untrusted, i), nullptr);
    if (size < 0) {
      return false;
    }
    bytes += static_cast<size_t>(size);
  }
  return bytes <= limits.max_chain_bytes;
}

void set_parameters(X509_STORE_CTX* context, time_t now, const VerifyLimits& limits) {
  X509_VERIFY_PARAM* const parameters = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_time(parameters, now);
  X509_VERIFY_PARAM_set_depth(parameters, limits.max_depth);
  X509_VERIFY_PARAM_set_auth_level(parameters, std::max(limits.security_level, 1));
}

// The earliest notAfter of the path; 0, which no cache keeps, where one does not parse.
time_t earliest_expiry(STACK_OF(X509) * chain) {
  time_t earliest = 0;
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    const Result<Validity> validity = validity_of(sk_X509_value(chain, i));
    if (!validity) {
      return 0;
    }
    earliest = i == 0 ? validity->not_after : std::min(earliest, validity->not_after);
  }
  return earliest;
}

// Stages 2 and 3 of the header.
void build_and_check(X509_STORE* store, const Pin* pin, X509* leaf, STACK_OF(X509) * untrusted,
                     const PeerName& name, time_t now, const VerifyLimits& limits,
                     Verdict& verdict) {
  const UniqueX509StoreCtx context(X509_STORE_CTX_new());
  if (context == nullptr || X509_STORE_CTX_init(context.get(), store, leaf, untrusted) != 1 ||
      X509_STORE_CTX_set_default(context.get(), "ssl_server") != 1) {
    return fail(verdict, X509_V_ERR_OUT_OF_MEM, 0, leaf);
  }
  set_parameters(context.get(), now, limits);
  if (X509_verify_cert(context.get()) != 1) {
    X509* const failing = X509_STORE_CTX_get_current_cert(context.get());
    return fail(verdict, X509_STORE_CTX_get_error(context.get()),
                X509_STORE_CTX_get_error_depth(context.get()), failing != nullptr ? failing : leaf);
  }
  STACK_OF(X509)* const chain = X509_STORE_CTX_get0_chain(context.get());
  const VerifiedPath path{chain, name, pin, now};
  for (const ChainCheck& check : kChecks) {
    if (const std::optional<CheckFailure> failure = check.run(path)) {
      return fail(verdict, failure->code, failure->depth, sk_X509_value(chain, failure->depth));
    }
  }
  verdict.trusted = true;
  verdict.code = X509_V_OK;
  verdict.text = verify_error_text(X509_V_OK);
  verdict.pinned = pin != nullptr;
  verdict.valid_until = earliest_expiry(chain);
}

}  // namespace

std::span<const ChainCheck> default_checks() { return kChecks; }

Verdict verify(const Anchors& anchors, X509* leaf, STACK_OF(X509) * untrusted, const PeerName& name,
               time_t now, const VerifyLimits& limits) {
  Verdict verdict;
  verdict.epoch = anchors.epoch;
  if (leaf == nullptr) {
    fail(verdict, X509_V_ERR_UNSPECIFIED, 0, nullptr);
    verdict.text = "the server sent no certificate";
    return verdict;
  }
  verdict.leaf_digest = digest_of(leaf);
  verdict.subject = subject_of(leaf);
  verdict.issuer = issuer_of(leaf);
  if (!within_limits(leaf, untrusted, limits)) {
    fail(verdict, X509_V_ERR_CERT_CHAIN_TOO_LONG, 0, leaf);
    return verdict;
  }
  const auto found = anchors.pins.find(verdict.leaf_digest);
  const Pin* const pin = found != anchors.pins.end() ? &found->second : nullptr;
  if (pin != nullptr) {
    // Trusted for what it is: whatever else the server sent does not matter.
    build_and_check(pin->store.get(), pin, leaf, nullptr, name, now, limits, verdict);
  } else {
    build_and_check(anchors.store.get(), nullptr, leaf, untrusted, name, now, limits, verdict);
  }
  ERR_clear_error();
  return verdict;
}

}  // namespace vitrine::trust
