// Over 400 lines because it is one table, and a chain is best read where its row is.
#include "tests/trust/chain_rows.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace vitrine::trust {
namespace {

using test::CertBuilder;
using test::kDay;
using test::kNow;
using test::TestCert;

// Shared by all rows: made once.
struct World {
  TestCert root = CertBuilder("/O=Test/CN=root").ca().self_signed();
  TestCert middle = CertBuilder("/O=Test/CN=middle").ca().signed_by(root);
};
const World& world() {
  static const World made;
  return made;
}

CertBuilder leaf() {
  CertBuilder builder("/CN=a.example");
  builder.dns("a.example").extension(NID_ext_key_usage, "serverAuth");
  return builder;
}

Chain under_middle(CertBuilder builder) {
  return {{builder.signed_by(world().middle), world().middle}, world().root};
}

// A good leaf below an intermediate that is not.
Chain below(CertBuilder ca, CertBuilder end = leaf()) {
  const TestCert middle = ca.signed_by(world().root);
  return {{end.signed_by(middle), middle}, world().root};
}

Chain below_root(CertBuilder root) {
  const TestCert made = root.self_signed();
  return {{leaf().signed_by(made)}, made};
}

CertBuilder middle_ca() { return std::move(CertBuilder("/O=Test/CN=other middle").ca()); }

Chain constrained(const std::string& constraints, CertBuilder end = leaf()) {
  return below(std::move(middle_ca().extension(NID_name_constraints, "critical," + constraints)),
               std::move(end));
}

CertBuilder with_purposes(const std::string& purposes) {
  CertBuilder builder("/CN=a.example");
  builder.dns("a.example").extension(NID_ext_key_usage, purposes);
  return builder;
}

CertBuilder with_names(const std::vector<std::string>& names) {
  CertBuilder builder("/O=a server");
  builder.extension(NID_ext_key_usage, "serverAuth");
  for (const std::string& name : names) {
    builder.alternative(name);
  }
  return builder;
}

Chain named(Chain chain, const std::string& name) {
  chain.name = name;
  return chain;
}

Chain judged_by(Chain chain, Profile profile) {
  chain.profile = profile;
  return chain;
}

void set_serial(X509* certificate, const char* decimal) {
  BIGNUM* number = nullptr;
  BN_dec2bn(&number, decimal);
  const UniqueBignum owner(number);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
}

void add_raw(X509* certificate, int nid, const std::string& bytes, bool critical = false) {
  const UniqueAsn1OctetString value(ASN1_OCTET_STRING_new());
  ASN1_OCTET_STRING_set(value.get(), reinterpret_cast<const unsigned char*>(bytes.data()),
                        static_cast<int>(bytes.size()));
  const UniqueX509Extension extension(
      X509_EXTENSION_create_by_NID(nullptr, nid, critical ? 1 : 0, value.get()));
  X509_add_ext(certificate, extension.get(), -1);
}

void set_critical(X509* certificate, int nid, bool critical) {
  X509_EXTENSION_set_critical(X509_get_ext(certificate, X509_get_ext_by_NID(certificate, nid, -1)),
                              critical ? 1 : 0);
}

void permit_directory(X509* certificate, const std::string& name) {
  NAME_CONSTRAINTS* const constraints = NAME_CONSTRAINTS_new();
  constraints->permittedSubtrees = sk_GENERAL_SUBTREE_new_null();
  GENERAL_SUBTREE* const subtree = GENERAL_SUBTREE_new();
  GENERAL_NAME_set0_value(subtree->base, GEN_DIRNAME, test::name_from(name).release());
  sk_GENERAL_SUBTREE_push(constraints->permittedSubtrees, subtree);
  X509_add1_ext_i2d(certificate, NID_name_constraints, constraints, 1, 0);
  NAME_CONSTRAINTS_free(constraints);
}

std::shared_ptr<EVP_PKEY> key_on(const char* curve) {
  return share(UniquePkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve)));
}

std::shared_ptr<EVP_PKEY> ed25519_key() {
  return share(UniquePkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")));
}

std::shared_ptr<EVP_PKEY> dsa_key() {
  const UniquePkeyCtx parameters_context(EVP_PKEY_CTX_new_from_name(nullptr, "DSA", nullptr));
  EVP_PKEY_paramgen_init(parameters_context.get());
  EVP_PKEY_CTX_set_dsa_paramgen_bits(parameters_context.get(), 1024);
  EVP_PKEY* parameters = nullptr;
  EVP_PKEY_paramgen(parameters_context.get(), &parameters);
  const UniquePkey owner(parameters);
  const UniquePkeyCtx context(EVP_PKEY_CTX_new_from_pkey(nullptr, parameters, nullptr));
  EVP_PKEY* key = nullptr;
  EVP_PKEY_keygen_init(context.get());
  EVP_PKEY_keygen(context.get(), &key);
  return share(UniquePkey(key));
}

// ecdsa-with-SHA256 outside becomes ecdsa-with-SHA384.
TestCert disagreeing(const TestCert& good) {
  std::vector<uint8_t> der = good.der();
  const std::vector<uint8_t> oid = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
  const auto last = std::find_end(der.begin(), der.end(), oid.begin(), oid.end());
  last[7] = 3;
  return test::from_der(der, good.key);
}

Chain tampered() {
  Chain chain = under_middle(leaf());
  std::vector<uint8_t> der = chain.certificates[0].der();
  der.back() ^= 1;
  chain.certificates[0] = test::from_der(der, chain.certificates[0].key);
  return chain;
}

Chain signed_by_a_namesake(bool with_key_id) {
  const TestCert namesake = CertBuilder("/O=Test/CN=root").ca().self_signed();
  CertBuilder end = leaf();
  if (!with_key_id) {
    end.without_authority_key();
  }
  return {{end.signed_by(namesake)}, world().root};
}

Chain unknown_root() {
  const TestCert other = CertBuilder("/CN=other root").ca().self_signed();
  return {{leaf().signed_by(other), other}, world().root};
}

Chain deep(size_t intermediates) {
  Chain chain{{}, world().root};
  TestCert issuer = world().root;
  for (size_t i = 0; i < intermediates; ++i) {
    issuer = CertBuilder("/CN=ca " + std::to_string(i)).ca().signed_by(issuer);
    chain.certificates.insert(chain.certificates.begin(), issuer);
  }
  chain.certificates.insert(chain.certificates.begin(), leaf().signed_by(issuer));
  return chain;
}

Chain path_too_long() {
  const TestCert first = CertBuilder("/CN=first").ca(0).signed_by(world().root);
  const TestCert second = CertBuilder("/CN=second").ca().signed_by(first);
  return {{leaf().signed_by(second), second, first}, world().root};
}

Chain listed(const test::ListOptions& options, const TestCert& issuer, bool revoke_leaf) {
  Chain chain = under_middle(leaf());
  test::ListOptions filled = options;
  if (revoke_leaf) {
    filled.revoked.push_back(chain.certificates[0].certificate.get());
  }
  chain.lists.push_back(test::make_list(issuer, filled));
  return chain;
}

}  // namespace

OfflineVerdict judge_chain(const Chain& chain) {
  OfflineCheck check;
  check.system_bundle = std::nullopt;
  std::string pem;
  for (const TestCert& one : chain.certificates) {
    pem += one.pem();
  }
  check.chain.assign(pem.begin(), pem.end());
  check.roots.push_back(chain.root.der());
  check.lists = chain.lists;
  check.lists_required = chain.lists_required;
  check.name = PeerName::parse(chain.name);
  check.now = kNow;
  check.profile = chain.profile;
  Result<OfflineVerdict> result = check_offline(check);
  EXPECT_TRUE(result.is_ok()) << result.status().to_string();
  return result ? *std::move(result) : OfflineVerdict{};
}

Chain mesh(size_t count) {
  std::vector<TestCert> roots;
  for (size_t i = 0; i < count; ++i) {
    roots.push_back(CertBuilder("/CN=mesh " + std::to_string(i)).ca().self_signed());
  }
  Chain chain{{leaf().signed_by(roots[0])}, world().root};
  for (size_t i = 0; i < count; ++i) {
    for (size_t j = 0; j < count; ++j) {
      if (i != j) {
        chain.certificates.push_back(CertBuilder("/CN=mesh " + std::to_string(i))
                                         .ca()
                                         .key(roots[i].key)
                                         .signed_by(roots[j]));
      }
    }
  }
  return chain;
}

const std::vector<BadChain>& bad_chains() {
  static const std::vector<BadChain> made = {
      // The path.
      {"self-signed server",
       [] {
         return Chain{{leaf().self_signed()}, world().root};
       },
       "trust-anchor", 0},
      {"root that is not trusted, sent along", unknown_root, "trust-anchor", 1},
      {"missing intermediate",
       [] {
         Chain chain = under_middle(leaf());
         chain.certificates.pop_back();
         return chain;
       },
       "trust-anchor", 0},
      {"issuer with the root's name and another key", [] { return signed_by_a_namesake(true); },
       "trust-anchor", 0},
      {"the same, without a key identifier to tell", [] { return signed_by_a_namesake(false); },
       "signature", 0},
      {"changed signature", tampered, "signature", 0},
      {"more intermediates than the limit", [] { return deep(9); }, "limits", 9},
      {"more certificates than the limit",
       [] {
         Chain chain = under_middle(leaf());
         chain.certificates.resize(65, chain.certificates[1]);
         return chain;
       },
       "limits", 0},
      {"CAs that certify each other in circles", [] { return mesh(6); }, "limits", 0},
      // Encodings.
      {"extensions in version 1",
       [] {
         return under_middle(
             std::move(leaf().edit([](X509* c) { X509_set_version(c, X509_VERSION_1); })));
       },
       "version", 0},
      {"algorithms that disagree, in the root",
       [] {
         Chain chain = under_middle(leaf());
         chain.root = disagreeing(chain.root);
         return chain;
       },
       "algorithm-agreement", 2},
      {"algorithms that disagree, in the server's",
       [] {
         Chain chain = under_middle(leaf());
         chain.certificates[0] = disagreeing(chain.certificates[0]);
         return chain;
       },
       "signature", 0},
      {"serial number 0",
       [] { return under_middle(std::move(leaf().edit([](X509* c) { set_serial(c, "0"); }))); },
       "serial", 0},
      {"negative serial number",
       [] { return under_middle(std::move(leaf().edit([](X509* c) { set_serial(c, "-7"); }))); },
       "serial", 0},
      {"serial number of 21 octets",
       [] {
         return under_middle(std::move(leaf().edit(
             [](X509* c) { set_serial(c, "1461501637330902918203684832716283019655932542976"); })));
       },
       "serial", 0},
      {"GeneralizedTime before 2050",
       [] {
         return under_middle(std::move(leaf().edit(
             [](X509* c) { ASN1_TIME_set_string(X509_getm_notBefore(c), "20200101000000Z"); })));
       },
       "validity-encoding", 0},
      {"extension twice",
       [] {
         return under_middle(std::move(leaf().edit([](X509* c) {
           X509_add_ext(c, X509_get_ext(c, X509_get_ext_by_NID(c, NID_subject_alt_name, -1)), -1);
         })));
       },
       "extensions-unique", 0},
      {"subjectAltName that is no DER",
       [] {
         return under_middle(
             std::move(CertBuilder("/CN=a.example")
                           .extension(NID_ext_key_usage, "serverAuth")
                           .edit([](X509* c) { add_raw(c, NID_subject_alt_name, "a.example"); })));
       },
       "extensions-parse", 0},
      {"authority information access that is no DER",
       [] {
         return under_middle(
             std::move(leaf().edit([](X509* c) { add_raw(c, NID_info_access, "malformed"); })));
       },
       "extensions-parse", 0},
      {"octets after an extension's value",
       [] {
         return under_middle(std::move(
             leaf().edit([](X509* c) { add_raw(c, NID_key_usage, "\x03\x02\x07\x80\x05"); })));
       },
       "extensions-parse", 0},
      {"unknown critical extension",
       [] { return under_middle(std::move(leaf().unknown_critical_extension())); },
       "critical-extensions", 0},
      {"unknown critical extension in an intermediate",
       [] { return below(std::move(middle_ca().unknown_critical_extension())); },
       "critical-extensions", 1},
      {"unknown critical extension in the root",
       [] { return below_root(std::move(CertBuilder("/CN=r").ca().unknown_critical_extension())); },
       "critical-extensions", 1},
      {"empty subject, subjectAltName not critical",
       [] {
         CertBuilder builder("");
         builder.dns("a.example").extension(NID_ext_key_usage, "serverAuth");
         return under_middle(builder);
       },
       "names-present", 0},
      // Keys and signatures.
      {"RSA key of 1024 bits",
       [] { return under_middle(std::move(leaf().key(test::make_rsa_key(1024)))); }, "key", 0},
      {"intermediate with an RSA key of 1024 bits",
       [] { return below(std::move(middle_ca().key(test::make_rsa_key(1024)))); }, "key", 1},
      {"curve P-224", [] { return under_middle(std::move(leaf().key(key_on("P-224")))); }, "key",
       0},
      {"curve secp256k1", [] { return under_middle(std::move(leaf().key(key_on("secp256k1")))); },
       "key", 0},
      {"DSA key", [] { return under_middle(std::move(leaf().key(dsa_key()))); }, "key", 0},
      {"SHA-1 signature", [] { return under_middle(std::move(leaf().digest(EVP_sha1()))); },
       "signature-algorithm", 0},
      {"SHA-224 signature", [] { return under_middle(std::move(leaf().digest(EVP_sha224()))); },
       "signature-algorithm", 0},
      {"MD5 signature",
       [] {
         return below(std::move(middle_ca().key(test::make_rsa_key(2048))),
                      std::move(leaf().digest(EVP_md5())));
       },
       "signature-algorithm", 0},
      {"SHA-1 signature on an intermediate",
       [] { return below(std::move(middle_ca().digest(EVP_sha1()))); }, "signature-algorithm", 1},
      {"Ed25519 below a public root",
       [] { return under_middle(std::move(leaf().key(ed25519_key()))); }, "web-key", 0},
      // What a certificate may do.
      {"issuer without basicConstraints", [] { return below(CertBuilder("/CN=no ca")); },
       "basic-constraints", 1},
      {"issuer with cA false",
       [] {
         return below(std::move(
             CertBuilder("/CN=no ca").extension(NID_basic_constraints, "critical,CA:FALSE")));
       },
       "basic-constraints", 1},
      {"issuer without keyCertSign",
       [] {
         return below(std::move(CertBuilder("/CN=m")
                                    .extension(NID_basic_constraints, "critical,CA:TRUE")
                                    .extension(NID_key_usage, "critical,cRLSign")));
       },
       "key-usage", 1},
      {"server that may do nothing with its key",
       [] { return under_middle(std::move(leaf().extension(NID_key_usage, "critical,cRLSign"))); },
       "key-usage", 0},
      {"path length exceeded", path_too_long, "path-length", 2},
      {"server for clients only", [] { return under_middle(with_purposes("clientAuth")); },
       "purpose", 0},
      {"intermediate for clients only",
       [] { return below(std::move(middle_ca().extension(NID_ext_key_usage, "clientAuth"))); },
       "purpose", 1},
      {"CA certificate as a server's own",
       [] {
         return under_middle(
             std::move(leaf().extension(NID_basic_constraints, "critical,CA:TRUE")));
       },
       "web-subscriber", 0},
      {"keyCertSign without cA",
       [] {
         return under_middle(
             std::move(leaf().extension(NID_key_usage, "critical,digitalSignature,keyCertSign")));
       },
       "web-ca-consistency", 0},
      {"no purposes at all",
       [] { return under_middle(std::move(CertBuilder("/CN=a.example").dns("a.example"))); },
       "web-purposes", 0},
      {"any purpose", [] { return under_middle(with_purposes("serverAuth,anyExtendedKeyUsage")); },
       "web-purposes", 0},
      {"code signing beside", [] { return under_middle(with_purposes("serverAuth,codeSigning")); },
       "web-purposes", 0},
      {"root with purposes",
       [] {
         return below_root(
             std::move(CertBuilder("/CN=r").ca().extension(NID_ext_key_usage, "serverAuth")));
       },
       "web-purposes", 1},
      {"CA's basicConstraints not critical",
       [] {
         return below(std::move(
             middle_ca().edit([](X509* c) { set_critical(c, NID_basic_constraints, false); })));
       },
       "web-criticality", 1},
      {"critical key identifier",
       [] {
         return under_middle(std::move(
             leaf().edit([](X509* c) { set_critical(c, NID_subject_key_identifier, true); })));
       },
       "web-criticality", 0},
      {"critical subjectAltName beside a subject",
       [] {
         return under_middle(
             std::move(leaf().edit([](X509* c) { set_critical(c, NID_subject_alt_name, true); })));
       },
       "web-criticality", 0},
      {"no authority key identifier",
       [] { return under_middle(std::move(leaf().without_authority_key())); },
       "web-key-identifiers", 0},
      {"CA without a subject key identifier",
       [] {
         return below(std::move(middle_ca().without_subject_key()),
                      std::move(leaf().without_authority_key().edit([](X509* c) {
                        add_raw(c, NID_authority_key_identifier,
                                "\x30\x06\x80\x04"
                                "abcd");
                      })));
       },
       "web-key-identifiers", 1},
      {"key identifier that is not the issuer's",
       [] {
         return under_middle(std::move(leaf().without_authority_key().edit([](X509* c) {
           add_raw(c, NID_authority_key_identifier,
                   "\x30\x06\x80\x04"
                   "abcd");
         })));
       },
       "web-key-identifiers", 0},
      {"policy required, none given",
       [] {
         return below(std::move(
             middle_ca().extension(NID_policy_constraints, "critical,requireExplicitPolicy:0")));
       },
       "policies", 0},
      // Dates.
      {"expired",
       [] { return under_middle(std::move(leaf().validity(kNow - 9 * kDay, kNow - 1))); },
       "validity", 0},
      {"not valid yet",
       [] { return under_middle(std::move(leaf().validity(kNow + kDay, kNow + 9 * kDay))); },
       "validity", 0},
      {"expired intermediate",
       [] { return below(std::move(middle_ca().validity(kNow - 9 * kDay, kNow - 1))); }, "validity",
       1},
      {"expired root",
       [] {
         return below_root(
             std::move(CertBuilder("/CN=r").ca().validity(kNow - 9 * kDay, kNow - 1)));
       },
       "validity", 1},
      // Name constraints.
      {"common name outside, in a server's certificate made as a CA",
       [] {
         return judged_by(
             constrained("permitted;DNS:good.example", CertBuilder("/CN=a.example").ca()),
             Profile::kRfc5280);
       },
       "name-constraints", 0},
      {"DNS name outside", [] { return constrained("permitted;DNS:good.example"); },
       "name-constraints", 0},
      {"DNS name excluded", [] { return constrained("excluded;DNS:example"); }, "name-constraints",
       0},
      {"wildcard that stands for an excluded name",
       [] {
         return named(constrained("excluded;DNS:bad.a.example", with_names({"DNS:*.a.example"})),
                      "good.a.example");
       },
       "name-constraints", 0},
      {"wildcard wider than the permitted name",
       [] {
         return named(constrained("permitted;DNS:good.a.example", with_names({"DNS:*.a.example"})),
                      "good.a.example");
       },
       "name-constraints", 0},
      {"address outside",
       [] {
         return named(
             constrained("permitted;IP:192.0.2.0/255.255.255.0", with_names({"IP:198.51.100.1"})),
             "198.51.100.1");
       },
       "name-constraints", 0},
      {"IPv6 address where IPv4 is permitted",
       [] {
         return named(
             constrained("permitted;IP:192.0.2.0/255.255.255.0", with_names({"IP:2001:db8::1"})),
             "2001:db8::1");
       },
       "name-constraints", 0},
      {"mask with a hole",
       [] {
         return named(
             constrained("permitted;IP:192.0.2.0/255.0.255.0", with_names({"IP:192.0.2.1"})),
             "192.0.2.1");
       },
       "name-constraints", 0},
      {"mailbox outside",
       [] {
         return constrained("permitted;email:good.example",
                            with_names({"DNS:a.example", "email:a@evil.example"}));
       },
       "name-constraints", 0},
      {"URI outside",
       [] {
         return constrained("permitted;URI:.good.example",
                            with_names({"DNS:a.example", "URI:https://evil.example/x"}));
       },
       "name-constraints", 0},
      {"subject outside the permitted directory",
       [] {
         return below(std::move(middle_ca().edit([](X509* c) { permit_directory(c, "/O=Good"); })));
       },
       "name-constraints", 0},
      {"name of a form whose constraint is not kept",
       [] {
         return constrained("excluded;RID:1.2.3.4", with_names({"DNS:a.example", "RID:1.2.3.5"}));
       },
       "name-constraints", 0},
      {"constraint with a wildcard", [] { return constrained("permitted;DNS:*.example"); },
       "name-constraints", 0},
      {"DNS constraint that begins with a period",
       [] { return constrained("permitted;DNS:.example"); }, "web-constraints", 1},
      {"constraints in a server's certificate",
       [] {
         return under_middle(
             std::move(leaf().extension(NID_name_constraints, "critical,permitted;DNS:a.example")));
       },
       "constraints-form", 0},
      {"constraints without a subtree",
       [] {
         return below(std::move(middle_ca().edit(
             [](X509* c) { add_raw(c, NID_name_constraints, std::string("\x30\x00", 2), true); })));
       },
       "constraints-form", 1},
      // The server's names.
      {"another host", [] { return named(under_middle(leaf()), "b.example"); }, "peer-name", 0},
      {"an address that is not listed", [] { return named(under_middle(leaf()), "192.0.2.1"); },
       "peer-name", 0},
      {"wildcard over two labels",
       [] { return named(under_middle(with_names({"DNS:*.a.example"})), "x.y.a.example"); },
       "peer-name", 0},
      {"wildcard for the name itself",
       [] { return named(under_middle(with_names({"DNS:*.a.example"})), "a.example"); },
       "peer-name", 0},
      {"part of a label as a wildcard",
       [] { return named(under_middle(with_names({"DNS:w*.a.example"})), "www.a.example"); },
       "web-san-form", 0},
      {"wildcard below the top only", [] { return under_middle(with_names({"DNS:*.example"})); },
       "web-san-form", 0},
      {"common name only",
       [] {
         return under_middle(
             std::move(CertBuilder("/CN=a.example").extension(NID_ext_key_usage, "serverAuth")));
       },
       "web-san", 0},
      // Revocation.
      {"revoked", [] { return listed({}, world().middle, true); }, "revocation", 0},
      {"stale list",
       [] {
         return listed({{}, kNow - 9 * kDay, kNow - kDay}, world().middle, false);
       },
       "revocation", 0},
      {"list from the future",
       [] {
         return listed({{}, kNow + kDay, kNow + 2 * kDay}, world().middle, false);
       },
       "revocation", 0},
      {"list signed by another",
       [] {
         const TestCert namesake = CertBuilder("/O=Test/CN=middle").ca().self_signed();
         return listed({}, namesake, false);
       },
       "revocation", 0},
      {"list without a number",
       [] {
         return listed({{}, kNow - kDay, kNow + kDay, false}, world().middle, false);
       },
       "revocation", 0},
      {"no list where one is required",
       [] {
         Chain chain = under_middle(leaf());
         chain.lists_required = true;
         return chain;
       },
       "revocation", 0},
  };
  return made;
}

const std::vector<GoodChain>& good_chains() {
  static const std::vector<GoodChain> made = {
      {"plain", [] { return under_middle(leaf()); }},
      {"below the root",
       [] {
         return Chain{{leaf().signed_by(world().root)}, world().root};
       }},
      {"RSA of 2048 bits",
       [] { return under_middle(std::move(leaf().key(test::make_rsa_key(2048)))); }},
      {"P-384 and SHA-384",
       [] { return under_middle(std::move(leaf().key(key_on("P-384")).digest(EVP_sha384()))); }},
      {"as many intermediates as allowed", [] { return deep(8); }},
      {"Ed25519 below a private root",
       [] {
         return judged_by(under_middle(std::move(leaf().key(ed25519_key()))), Profile::kRfc5280);
       }},
      {"no key identifiers below a private root",
       [] {
         return judged_by(under_middle(std::move(leaf().without_authority_key())),
                          Profile::kRfc5280);
       }},
      {"common name only below a private root",
       [] { return judged_by(under_middle(CertBuilder("/CN=a.example")), Profile::kRfc5280); }},
      {"expired certificate of the same CA beside a valid one",
       [] {
         const TestCert other = CertBuilder("/CN=other root").ca().self_signed();
         const TestCert expired = CertBuilder("/O=Test/CN=middle")
                                      .ca()
                                      .key(world().middle.key)
                                      .validity(kNow - 9 * kDay, kNow - 1)
                                      .signed_by(other);
         Chain chain = under_middle(leaf());
         chain.certificates.insert(chain.certificates.begin() + 1, expired);
         return chain;
       }},
      {"self-issued intermediates do not count for the path length",
       [] {
         const TestCert first = CertBuilder("/CN=x").ca(0).signed_by(world().root);
         const TestCert again = CertBuilder("/CN=x").ca().signed_by(first);
         return Chain{{leaf().signed_by(again), again, first}, world().root};
       }},
      {"names inside their constraints",
       [] {
         return constrained("permitted;DNS:example",
                            with_names({"DNS:a.example", "IP:192.0.2.1", "email:a@b.example"}));
       }},
      {"clean list", [] { return listed({}, world().middle, false); }},
      {"common name that is not listed, since it is not used",
       [] {
         CertBuilder builder("/CN=b.example");
         builder.dns("a.example").extension(NID_ext_key_usage, "serverAuth");
         return under_middle(builder);
       }},
      {"list of another issuer",
       [] { return listed({}, CertBuilder("/CN=someone").ca().self_signed(), true); }},
  };
  return made;
}

}  // namespace vitrine::trust
