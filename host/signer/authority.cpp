#include "host/signer/authority.h"

#include <algorithm>
#include <array>

#include <openssl/core_names.h>
#include <openssl/err.h>

#include "host/base/clock.h"
#include "host/signer/ca.h"
#include "host/signer/extensions.h"
#include "host/trust/certificate.h"
#include "host/trust/peer_name.h"

namespace vitrine::signer {
namespace {

constexpr int64_t kMaxLeafLifetime = 398LL * 86400;

Status refuse(const std::string& why) { return {Code::kInvalidArgument, "not signed: " + why}; }

Status check_names(const SignRequest& request) {
  const size_t count = request.dns.size() + request.addresses.size();
  if ((count == 0 && !request.untrusted) || count > kMaxLeafNames) {
    return refuse("a leaf has 1 to 512 names");
  }
  if (count == 0 && request.common_name.empty()) {
    return refuse("a leaf has a name of some kind");
  }
  for (const std::string& name : request.dns) {
    if (!trust::is_dns_name(name, /*allow_wildcard=*/true)) {
      return refuse("a DNS name is malformed");
    }
  }
  const std::string& cn = request.common_name;
  const bool printable =
      std::all_of(cn.begin(), cn.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  if (cn.size() > kMaxCommonName || !printable) {
    return refuse("the common name is malformed");
  }
  return Status::ok();
}

Status check_validity(const SignRequest& request, const X509* ca) {
  const Result<trust::Validity> issuer = trust::validity_of(ca);
  if (!issuer) {
    return issuer.status();
  }
  if (request.not_before >= request.not_after) {
    return refuse("the validity is empty");
  }
  const bool inside =
      request.not_before >= issuer->not_before && request.not_after <= issuer->not_after;
  if (!inside && !request.untrusted) {
    return refuse("the validity is not inside the CA's");
  }
  if (request.not_after - request.not_before > kMaxLeafLifetime) {
    return refuse("the validity is longer than 398 days");
  }
  return Status::ok();
}

bool is_p256(const EVP_PKEY* key) {
  std::array<char, 64> group{};
  return EVP_PKEY_is_a(key, "EC") == 1 &&
         EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size(),
                                        nullptr) == 1 &&
         std::string_view(group.data()) == SN_X9_62_prime256v1;
}

bool is_sound_rsa(const EVP_PKEY* key) {
  const int bits = EVP_PKEY_get_bits(key);
  BIGNUM* exponent = nullptr;
  if (EVP_PKEY_is_a(key, "RSA") != 1 || bits < 2048 || bits > 4096 ||
      EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent) != 1) {
    return false;
  }
  const UniqueBignum owner(exponent);
  return BN_is_odd(exponent) == 1 && BN_num_bits(exponent) >= 17 && BN_num_bits(exponent) <= 64;
}

Result<UniquePkey> check_key(const SignRequest& request, const EVP_PKEY* ca_key) {
  if (request.public_key.empty() || request.public_key.size() > kMaxPublicKey) {
    return refuse("the public key's size is impossible");
  }
  const unsigned char* at = request.public_key.data();
  UniquePkey key(d2i_PUBKEY(nullptr, &at, static_cast<long>(request.public_key.size())));
  if (key == nullptr || at != request.public_key.data() + request.public_key.size()) {
    return refuse("the public key does not parse");
  }
  if (!is_p256(key.get()) && !is_sound_rsa(key.get())) {
    return refuse("the public key is neither P-256 nor RSA of 2048 to 4096 bits");
  }
  if (EVP_PKEY_eq(key.get(), ca_key) == 1) {
    return refuse("that is the CA's own key");
  }
  return key;
}

Status set_subject(X509* certificate, const std::string& common_name) {
  if (common_name.empty()) {
    return Status::ok();
  }
  const auto* text = reinterpret_cast<const unsigned char*>(common_name.data());
  if (X509_NAME_add_entry_by_NID(X509_get_subject_name(certificate), NID_commonName, MBSTRING_UTF8,
                                 text, static_cast<int>(common_name.size()), -1, 0) != 1) {
    return openssl_status("cannot set the subject");
  }
  return Status::ok();
}

Status add_leaf_extensions(X509* certificate, X509* ca, const SignRequest& request, bool rsa) {
  const std::array<std::pair<int, const char*>, 5> extensions = {{
      {NID_basic_constraints, "critical,CA:FALSE"},
      {NID_key_usage,
       rsa ? "critical,digitalSignature,keyEncipherment" : "critical,digitalSignature"},
      {NID_ext_key_usage, "serverAuth"},
      {NID_subject_key_identifier, "hash"},
      {NID_authority_key_identifier, "keyid"},
  }};
  for (const auto& [nid, value] : extensions) {
    if (Status status = add_extension(certificate, ca, nid, value); !status) {
      return status;
    }
  }
  const bool nameless = request.dns.empty() && request.addresses.empty();
  return nameless ? Status::ok() : add_names(certificate, request);
}

}  // namespace

Result<Authority> Authority::load(const std::string& ca_dir) {
  Result<UniqueX509> certificate = ca_certificate(ca_dir);
  if (!certificate) {
    return certificate.status();
  }
  Result<UniquePkey> key = ca_private_key(ca_dir);
  if (!key) {
    return key.status();
  }
  if (X509_check_private_key(certificate->get(), key->get()) != 1) {
    ERR_clear_error();
    return Status(Code::kInvalidArgument,
                  "the CA's certificate and key in " + ca_dir + " are not a pair");
  }
  if (X509_check_ca(certificate->get()) != 1) {
    return Status(Code::kInvalidArgument, ca_dir + "/ca.pem is not a CA certificate");
  }
  return Authority(std::move(certificate).value(), std::move(key).value());
}

Authority::Authority(UniqueX509 certificate, UniquePkey key)
    : certificate_(std::move(certificate)),
      key_(std::move(key)),
      untrusted_(make_untrusted_ca(Clock::system().wall_ms() / 1000)) {}

Result<UniqueX509> Authority::sign(const SignRequest& request) const {
  if (Status status = check_names(request); !status) {
    return status;
  }
  if (Status status = check_validity(request, certificate_.get()); !status) {
    return status;
  }
  Result<UniquePkey> key = check_key(request, key_.get());
  ERR_clear_error();
  if (!key) {
    return key.status();
  }
  if (request.untrusted && !untrusted_) {
    return untrusted_.status();
  }
  X509* const issuer = request.untrusted ? untrusted_->certificate.get() : certificate_.get();
  EVP_PKEY* const issuer_key = request.untrusted ? untrusted_->key.get() : key_.get();
  UniqueX509 leaf(X509_new());
  if (leaf == nullptr || X509_set_version(leaf.get(), X509_VERSION_3) != 1 ||
      X509_set_issuer_name(leaf.get(), X509_get_subject_name(issuer)) != 1 ||
      X509_set_pubkey(leaf.get(), key->get()) != 1) {
    return openssl_status("cannot make a leaf");
  }
  for (Status status :
       {set_random_serial(leaf.get()),
        set_validity(leaf.get(), request.not_before, request.not_after),
        set_subject(leaf.get(), request.common_name),
        add_leaf_extensions(leaf.get(), issuer, request, EVP_PKEY_is_a(key->get(), "RSA") == 1)}) {
    if (!status) {
      return status;
    }
  }
  if (X509_sign(leaf.get(), issuer_key, EVP_sha256()) <= 0) {
    return openssl_status("cannot sign a leaf");
  }
  return leaf;
}

std::vector<uint8_t> Authority::answer(Bytes packet) const {
  const Result<Numbered<Request>> request = decode_request(packet);
  if (!request) {
    return encode(peek_id(packet), Reply(request.status()));
  }
  const auto reply_with = [&](const X509* certificate, MessageType type) {
    Result<std::vector<uint8_t>> der = trust::to_der(certificate);
    return encode(request->id, der ? Reply(CertificateReply{type, std::move(der).value()})
                                   : Reply(der.status()));
  };
  if (const auto* sign_request = std::get_if<SignRequest>(&request->body)) {
    const Result<UniqueX509> leaf = sign(*sign_request);
    return leaf ? reply_with(leaf->get(), MessageType::kSignReply)
                : encode(request->id, Reply(leaf.status()));
  }
  return reply_with(certificate_.get(), MessageType::kInfoReply);
}

}  // namespace vitrine::signer
