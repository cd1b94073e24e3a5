#include "host/trust/facts.h"

#include <algorithm>
#include <array>

#include <openssl/err.h>

#include "host/trust/asn1_text.h"

namespace vitrine::trust {
namespace {

template <typename T, auto Free>
std::unique_ptr<T, OpensslFree<Free>> decode(const X509* certificate, int nid) {
  return std::unique_ptr<T, OpensslFree<Free>>(
      static_cast<T*>(X509_get_ext_d2i(certificate, nid, nullptr, nullptr)));
}

std::vector<uint8_t> copy_of(const ASN1_STRING* text) {
  const Bytes bytes = bytes_of(text);
  return {bytes.begin(), bytes.end()};
}

// A non-negative INTEGER that fits 32 bits; anything larger constrains nothing that can occur.
std::optional<uint32_t> small_integer(const ASN1_INTEGER* number) {
  uint64_t value = 0;
  if (number == nullptr || ASN1_INTEGER_get_uint64(&value, number) != 1 || value > UINT32_MAX) {
    return std::nullopt;
  }
  return static_cast<uint32_t>(value);
}

bool is_negative(const ASN1_INTEGER* number) {
  return number != nullptr && ASN1_STRING_type(number) == V_ASN1_NEG_INTEGER;
}

// A value of a known type parses, and nothing follows it.
bool parses(X509_EXTENSION* extension) {
  const X509V3_EXT_METHOD* method = X509V3_EXT_get(extension);
  if (method == nullptr || method->it == nullptr) {
    return true;
  }
  const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(extension);
  const unsigned char* at = ASN1_STRING_get0_data(value);
  const unsigned char* const end = at + ASN1_STRING_length(value);
  ASN1_VALUE* const decoded =
      ASN1_item_d2i(nullptr, &at, ASN1_STRING_length(value), ASN1_ITEM_ptr(method->it));
  const bool whole = decoded != nullptr && at == end;
  ASN1_item_free(decoded, ASN1_ITEM_ptr(method->it));
  return whole;
}

void read_extensions(Facts& facts) {
  for (int i = 0; i < X509_get_ext_count(facts.x509()); ++i) {
    X509_EXTENSION* const extension = X509_get_ext(facts.x509(), i);
    const ASN1_OBJECT* const object = X509_EXTENSION_get_object(extension);
    facts.extensions.push_back({OBJ_obj2nid(object), dotted(object),
                                X509_EXTENSION_get_critical(extension) == 1, !parses(extension)});
  }
}

void mark_malformed(Facts& facts, int nid) {
  for (ExtensionFact& extension : facts.extensions) {
    extension.malformed |= extension.nid == nid;
  }
}

void read_usages(Facts& facts) {
  const X509* const certificate = facts.x509();
  if (const auto constraints =
          decode<BASIC_CONSTRAINTS, BASIC_CONSTRAINTS_free>(certificate, NID_basic_constraints)) {
    facts.basic_constraints = {constraints->ca != 0, small_integer(constraints->pathlen)};
    if (is_negative(constraints->pathlen)) {
      mark_malformed(facts, NID_basic_constraints);
    }
  }
  if (const auto usage =
          decode<ASN1_BIT_STRING, ASN1_BIT_STRING_free>(certificate, NID_key_usage)) {
    const std::vector<uint8_t> bits = copy_of(usage.get());
    facts.key_usage =
        (bits.empty() ? 0U : bits[0]) | (bits.size() < 2 ? 0U : uint32_t{bits[1]} << 8);
  }
  if (const auto purposes =
          decode<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free>(certificate, NID_ext_key_usage)) {
    facts.extended_key_usage.emplace();
    for (int i = 0; i < sk_ASN1_OBJECT_num(purposes.get()); ++i) {
      facts.extended_key_usage->push_back(dotted(sk_ASN1_OBJECT_value(purposes.get(), i)));
    }
  }
}

void read_key_ids(Facts& facts) {
  const X509* const certificate = facts.x509();
  if (const auto id = decode<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free>(
          certificate, NID_subject_key_identifier)) {
    facts.subject_key_id = copy_of(id.get());
  }
  if (const auto authority = decode<AUTHORITY_KEYID, AUTHORITY_KEYID_free>(
          certificate, NID_authority_key_identifier)) {
    facts.authority_key.emplace();
    if (authority->keyid != nullptr) {
      facts.authority_key->key_id = copy_of(authority->keyid);
    }
    facts.authority_key->has_issuer = authority->issuer != nullptr;
    facts.authority_key->has_serial = authority->serial != nullptr;
  }
}

void read_policies(Facts& facts) {
  const X509* const certificate = facts.x509();
  PolicyFacts& policy = facts.policy;
  if (const auto listed = decode<CERTIFICATEPOLICIES, CERTIFICATEPOLICIES_free>(
          certificate, NID_certificate_policies)) {
    policy.policies.emplace();
    for (int i = 0; i < sk_POLICYINFO_num(listed.get()); ++i) {
      policy.policies->push_back(dotted(sk_POLICYINFO_value(listed.get(), i)->policyid));
    }
    std::sort(policy.policies->begin(), policy.policies->end());
    // RFC 5280 section 4.2.1.4: no policy may appear twice; an empty list is no list.
    if (policy.policies->empty() ||
        std::adjacent_find(policy.policies->begin(), policy.policies->end()) !=
            policy.policies->end()) {
      mark_malformed(facts, NID_certificate_policies);
    }
  }
  const std::unique_ptr<POLICY_MAPPINGS, void (*)(POLICY_MAPPINGS*)> mappings(
      static_cast<POLICY_MAPPINGS*>(
          X509_get_ext_d2i(certificate, NID_policy_mappings, nullptr, nullptr)),
      [](POLICY_MAPPINGS* stack) { sk_POLICY_MAPPING_pop_free(stack, POLICY_MAPPING_free); });
  for (int i = 0; mappings != nullptr && i < sk_POLICY_MAPPING_num(mappings.get()); ++i) {
    const POLICY_MAPPING* one = sk_POLICY_MAPPING_value(mappings.get(), i);
    policy.mappings.emplace_back(dotted(one->issuerDomainPolicy), dotted(one->subjectDomainPolicy));
  }
  if (const auto constraints = decode<POLICY_CONSTRAINTS, POLICY_CONSTRAINTS_free>(
          certificate, NID_policy_constraints)) {
    policy.require_explicit = small_integer(constraints->requireExplicitPolicy);
    policy.inhibit_mapping = small_integer(constraints->inhibitPolicyMapping);
    if (is_negative(constraints->requireExplicitPolicy) ||
        is_negative(constraints->inhibitPolicyMapping)) {
      mark_malformed(facts, NID_policy_constraints);
    }
  }
  if (const auto inhibit =
          decode<ASN1_INTEGER, ASN1_INTEGER_free>(certificate, NID_inhibit_any_policy)) {
    policy.inhibit_any = small_integer(inhibit.get());
    if (is_negative(inhibit.get())) {
      mark_malformed(facts, NID_inhibit_any_policy);
    }
  }
}

// SHA-256 over subject, key and alternative names.
Digest identity_of(const Facts& facts) {
  Digest identity = facts.digest;
  const UniqueMdCtx hash(EVP_MD_CTX_new());
  unsigned char* name = nullptr;
  const int name_size = i2d_X509_NAME(X509_get_subject_name(facts.x509()), &name);
  const UniqueOpensslBytes name_owner(name);
  unsigned char* key = nullptr;
  const int key_size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(facts.x509()), &key);
  const UniqueOpensslBytes key_owner(key);
  if (hash == nullptr || name_size < 0 || key_size < 0 ||
      EVP_DigestInit_ex(hash.get(), EVP_sha256(), nullptr) != 1 ||
      EVP_DigestUpdate(hash.get(), name, static_cast<size_t>(name_size)) != 1 ||
      EVP_DigestUpdate(hash.get(), key, static_cast<size_t>(key_size)) != 1) {
    return identity;
  }
  const int san = X509_get_ext_by_NID(facts.x509(), NID_subject_alt_name, -1);
  if (san >= 0) {
    const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(X509_get_ext(facts.x509(), san));
    EVP_DigestUpdate(hash.get(), ASN1_STRING_get0_data(value),
                     static_cast<size_t>(ASN1_STRING_length(value)));
  }
  EVP_DigestFinal_ex(hash.get(), identity.data(), nullptr);
  return identity;
}

}  // namespace

std::string dotted(const ASN1_OBJECT* object) {
  if (object == nullptr) {
    return "";
  }
  std::array<char, 128> short_text{};
  const int size = OBJ_obj2txt(short_text.data(), short_text.size(), object, 1);
  if (size < static_cast<int>(short_text.size())) {
    return {short_text.data(), static_cast<size_t>(std::max(size, 0))};
  }
  std::string text(static_cast<size_t>(size) + 1, '\0');
  OBJ_obj2txt(text.data(), size + 1, object, 1);
  text.pop_back();
  return text;
}

const ExtensionFact* Facts::extension(int nid) const {
  const auto found = std::find_if(extensions.begin(), extensions.end(),
                                  [nid](const ExtensionFact& one) { return one.nid == nid; });
  return found == extensions.end() ? nullptr : &*found;
}

bool Facts::has_empty_subject() const {
  return X509_NAME_entry_count(X509_get_subject_name(x509())) == 0;
}

bool Facts::has_empty_issuer() const {
  return X509_NAME_entry_count(X509_get_issuer_name(x509())) == 0;
}

std::shared_ptr<const Facts> read_facts(std::shared_ptr<X509> certificate) {
  auto facts = std::make_shared<Facts>();
  facts->certificate = std::move(certificate);
  X509* const x509 = facts->x509();
  // OpenSSL reads its own notes of the extensions on first use; revocation looks at them.
  static_cast<void>(X509_check_purpose(x509, -1, 0));
  facts->digest = digest_of(x509);
  facts->subject_hash = X509_NAME_hash_ex(X509_get_subject_name(x509), nullptr, nullptr, nullptr);
  facts->issuer_hash = X509_NAME_hash_ex(X509_get_issuer_name(x509), nullptr, nullptr, nullptr);
  facts->self_issued = X509_NAME_cmp(X509_get_subject_name(x509), X509_get_issuer_name(x509)) == 0;
  if (const Result<Validity> validity = validity_of(x509)) {
    facts->validity = *validity;
  }
  read_extensions(*facts);
  read_usages(*facts);
  read_key_ids(*facts);
  facts->alternative_names.reset(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(x509, NID_subject_alt_name, nullptr, nullptr)));
  facts->name_constraints.reset(static_cast<NAME_CONSTRAINTS*>(
      X509_get_ext_d2i(x509, NID_name_constraints, nullptr, nullptr)));
  read_policies(*facts);
  facts->identity = identity_of(*facts);
  ERR_clear_error();
  return facts;
}

}  // namespace vitrine::trust
