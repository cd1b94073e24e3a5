// What the signer signs, and all that it refuses.
#include "host/signer/authority.h"

#include <random>
#include <set>

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "host/trust/peer_name.h"
#include "host/trust/verify.h"
#include "tests/trust/test_pki.h"

namespace vitrine::signer {
namespace {

using test::CertBuilder;
using test::kDay;
using test::kNow;
using test::TestCert;

std::vector<uint8_t> public_key_of(EVP_PKEY* key) {
  unsigned char* encoded = nullptr;
  const int size = i2d_PUBKEY(key, &encoded);
  const UniqueOpensslBytes owner(encoded);
  return {encoded, encoded + size};
}

bool is_signed_by(X509* leaf, EVP_PKEY* key) {
  const bool yes = X509_verify(leaf, key) == 1;
  ERR_clear_error();
  return yes;
}

class AuthorityTest : public ::testing::Test {
 protected:
  static SignRequest good_request() {
    SignRequest request;
    request.not_before = kNow - kDay;
    request.not_after = kNow + kDay;
    request.common_name = "a.example";
    request.dns = {"a.example", "*.b.example"};
    request.addresses = {IpAddress::parse("192.0.2.1").value(),
                         IpAddress::parse("2001:db8::1").value()};
    static const std::vector<uint8_t> key = public_key_of(test::make_ec_key().get());
    request.public_key = key;
    return request;
  }

  trust::Verdict verify(X509* leaf, const std::string& name) const {
    auto store = trust::TrustStore::open({"", std::nullopt}).value();
    EXPECT_TRUE(store->import(as_bytes(ca_.pem())).is_ok());
    return trust::verify(*store->snapshot(), leaf, nullptr, trust::PeerName::parse(name), kNow);
  }

  void expect_refused(const SignRequest& request, const char* what) const {
    const Result<UniqueX509> leaf = authority_.sign(request);
    EXPECT_FALSE(leaf.is_ok()) << what;
    EXPECT_EQ(leaf.status().code(), Code::kInvalidArgument) << what;
  }

  TestCert ca_ = CertBuilder("/O=Test/CN=appliance").ca(0).self_signed();
  Authority authority_{up_ref(ca_.certificate.get()), up_ref(ca_.key.get())};
};

TEST_F(AuthorityTest, UntrustedLeavesAreNeverUnderTheCa) {
  SignRequest request = good_request();
  request.untrusted = true;
  const Result<UniqueX509> leaf = authority_.sign(request);
  ASSERT_TRUE(leaf.is_ok()) << leaf.status().to_string();
  EXPECT_FALSE(is_signed_by(leaf->get(), ca_.key.get()));
  EXPECT_EQ(trust::issuer_of(leaf->get()), "/O=Vitrine/CN=Vitrine untrusted");
  EXPECT_FALSE(verify(leaf->get(), "a.example").trusted);
  EXPECT_EQ(X509_check_ca(leaf->get()), 0);
}

TEST_F(AuthorityTest, UntrustedLeavesMayHaveTheFaultsOfTheirServers) {
  SignRequest request = good_request();
  request.untrusted = true;
  request.not_before = kNow - 900 * kDay;
  request.not_after = kNow - 600 * kDay;
  EXPECT_TRUE(authority_.sign(request).is_ok()) << "expired";
  request.dns.clear();
  request.addresses.clear();
  const Result<UniqueX509> nameless = authority_.sign(request);
  ASSERT_TRUE(nameless.is_ok()) << "for nobody";
  EXPECT_EQ(X509_get_ext_by_NID(nameless->get(), NID_subject_alt_name, -1), -1);
  request.untrusted = false;
  expect_refused(request, "what the CA would not sign, asked for without the word");
  request.untrusted = true;
  request.common_name.clear();
  expect_refused(request, "no name of any kind");
}

TEST_F(AuthorityTest, LeafVerifiesUnderTheCaForEachOfItsNames) {
  const Result<UniqueX509> leaf = authority_.sign(good_request());
  ASSERT_TRUE(leaf.is_ok()) << leaf.status().to_string();
  for (const char* name : {"a.example", "x.b.example", "192.0.2.1", "2001:db8::1"}) {
    const trust::Verdict verdict = verify(leaf->get(), name);
    EXPECT_TRUE(verdict.trusted) << name << ": " << verdict.text;
  }
  EXPECT_FALSE(verify(leaf->get(), "c.example").trusted);
  EXPECT_EQ(X509_check_ca(leaf->get()), 0);
  EXPECT_EQ(X509_get_extended_key_usage(leaf->get()), static_cast<uint32_t>(XKU_SSL_SERVER));
  EXPECT_EQ(X509_get_key_usage(leaf->get()), static_cast<uint32_t>(KU_DIGITAL_SIGNATURE));
  EXPECT_NE(X509_get0_subject_key_id(leaf->get()), nullptr);
  EXPECT_EQ(ASN1_OCTET_STRING_cmp(X509_get0_authority_key_id(leaf->get()),
                                  X509_get0_subject_key_id(ca_.certificate.get())),
            0);
}

TEST_F(AuthorityTest, RsaLeafMayEncipherKeysToo) {
  SignRequest request = good_request();
  request.public_key = public_key_of(test::make_rsa_key(2048).get());
  const Result<UniqueX509> leaf = authority_.sign(request);
  ASSERT_TRUE(leaf.is_ok()) << leaf.status().to_string();
  EXPECT_EQ(X509_get_key_usage(leaf->get()),
            static_cast<uint32_t>(KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT));
  EXPECT_TRUE(verify(leaf->get(), "a.example").trusted);
}

TEST_F(AuthorityTest, RsaCaSignsAsWell) {
  const TestCert ca = CertBuilder("/CN=rsa ca").ca().key(test::make_rsa_key(2048)).self_signed();
  const Authority authority(up_ref(ca.certificate.get()), up_ref(ca.key.get()));
  const Result<UniqueX509> leaf = authority.sign(good_request());
  ASSERT_TRUE(leaf.is_ok());
  EXPECT_EQ(X509_verify(leaf->get(), ca.key.get()), 1);
}

TEST_F(AuthorityTest, SerialNumbersAreLargePositiveAndDiffer) {
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) {
    const Result<UniqueX509> leaf = authority_.sign(good_request());
    ASSERT_TRUE(leaf.is_ok());
    const UniqueBignum serial(ASN1_INTEGER_to_BN(X509_get0_serialNumber(leaf->get()), nullptr));
    EXPECT_FALSE(BN_is_negative(serial.get()));
    EXPECT_EQ(BN_num_bits(serial.get()), 127);
    seen.insert(UniqueOpensslText(BN_bn2hex(serial.get())).get());
  }
  EXPECT_EQ(seen.size(), 20U);
}

TEST_F(AuthorityTest, EmptySubjectMakesTheNamesCritical) {
  SignRequest request = good_request();
  request.common_name.clear();
  const Result<UniqueX509> leaf = authority_.sign(request);
  ASSERT_TRUE(leaf.is_ok());
  const int at = X509_get_ext_by_NID(leaf->get(), NID_subject_alt_name, -1);
  ASSERT_GE(at, 0);
  EXPECT_EQ(X509_EXTENSION_get_critical(X509_get_ext(leaf->get(), at)), 1);
  EXPECT_TRUE(verify(leaf->get(), "a.example").trusted);
}

TEST_F(AuthorityTest, NamesOutsideTheRulesAreRefused) {
  SignRequest request = good_request();
  request.dns.clear();
  request.addresses.clear();
  expect_refused(request, "no name at all");
  for (const std::string& name :
       {std::string("*"), std::string("*.example"), std::string("a b"), std::string("a\0b", 3),
        std::string(""), std::string("a.example\nDNS:evil"), std::string(254, 'a')}) {
    request = good_request();
    request.dns.push_back(name);
    expect_refused(request, name.c_str());
  }
  request = good_request();
  request.dns.assign(kMaxLeafNames + 1, "a.example");
  expect_refused(request, "too many names");
  request = good_request();
  request.common_name = std::string(65, 'a');
  expect_refused(request, "long common name");
  request.common_name = std::string("a\0b", 3);
  expect_refused(request, "common name with a zero");
}

TEST_F(AuthorityTest, ValidityOutsideTheCasIsRefused) {
  SignRequest request = good_request();
  request.not_after = kNow + 30 * kDay;
  EXPECT_TRUE(authority_.sign(request).is_ok());
  request.not_after += 1;
  expect_refused(request, "beyond the CA's end");
  request = good_request();
  request.not_before = kNow - 30 * kDay - 1;
  expect_refused(request, "before the CA's start");
  request = good_request();
  request.not_after = request.not_before;
  expect_refused(request, "empty");
  request.not_before = INT64_MIN;
  request.not_after = INT64_MAX;
  expect_refused(request, "extreme");
}

TEST_F(AuthorityTest, ValidityLongerThan398DaysIsRefused) {
  const TestCert ca =
      CertBuilder("/CN=old").ca().validity(kNow - kDay, kNow + 3650 * kDay).self_signed();
  const Authority authority(up_ref(ca.certificate.get()), up_ref(ca.key.get()));
  SignRequest request = good_request();
  request.not_before = kNow;
  request.not_after = kNow + 398 * kDay;
  EXPECT_TRUE(authority.sign(request).is_ok());
  request.not_after += 1;
  EXPECT_FALSE(authority.sign(request).is_ok());
}

TEST_F(AuthorityTest, UnsuitablePublicKeysAreRefused) {
  SignRequest request = good_request();
  request.public_key = public_key_of(ca_.key.get());
  expect_refused(request, "the CA's own key");
  request.public_key = public_key_of(test::make_rsa_key(1024).get());
  expect_refused(request, "short RSA");
  request.public_key =
      public_key_of(UniquePkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-384")).get());
  expect_refused(request, "another curve");
  request.public_key =
      public_key_of(UniquePkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")).get());
  expect_refused(request, "another algorithm");
  request.public_key.clear();
  expect_refused(request, "no key");
  request.public_key = good_request().public_key;
  request.public_key.push_back(0);
  expect_refused(request, "trailing byte");
  request.public_key = good_request().public_key;
  request.public_key.back() ^= 1;
  expect_refused(request, "a point off the curve");
}

TEST_F(AuthorityTest, AnswersARequestPacket) {
  const Result<Numbered<Reply>> reply =
      decode_reply(authority_.answer(encode(77, Request(good_request()))));
  ASSERT_TRUE(reply.is_ok());
  EXPECT_EQ(reply->id, 77U);
  ASSERT_TRUE(std::holds_alternative<CertificateReply>(reply->body));
  EXPECT_EQ(std::get<CertificateReply>(reply->body).type, MessageType::kSignReply);
}

TEST_F(AuthorityTest, InfoIsTheCaCertificate) {
  const Result<Numbered<Reply>> reply =
      decode_reply(authority_.answer(encode(3, Request(InfoRequest{}))));
  ASSERT_TRUE(reply.is_ok());
  EXPECT_EQ(std::get<CertificateReply>(reply->body).der, ca_.der());
}

TEST_F(AuthorityTest, GarbageAndEveryTruncationAreAnsweredWithAnError) {
  const auto is_error = [&](Bytes packet) {
    const Result<Numbered<Reply>> reply = decode_reply(authority_.answer(packet));
    return reply.is_ok() && std::holds_alternative<Status>(reply->body);
  };
  const std::vector<uint8_t> good = encode(5, Request(good_request()));
  for (size_t n = 0; n < good.size(); ++n) {
    EXPECT_TRUE(is_error(Bytes(good).first(n))) << n;
  }
  std::vector<uint8_t> longer = good;
  longer.push_back(0);
  EXPECT_TRUE(is_error(longer));
  EXPECT_TRUE(is_error(std::vector<uint8_t>(kMaxMessage + 1, 0x56)));
  EXPECT_TRUE(is_error(encode(5, Reply(Status(Code::kTimeout, "a reply, not a request")))));
}

TEST_F(AuthorityTest, AnyChangedByteGivesAnErrorOrALeafWithinTheRules) {
  const std::vector<uint8_t> good = encode(5, Request(good_request()));
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    std::vector<uint8_t> changed = good;
    for (int flips = 1 + round % 3; flips > 0; --flips) {
      changed[random() % changed.size()] ^= static_cast<uint8_t>(1U << random() % 8);
    }
    const Result<Numbered<Reply>> reply = decode_reply(authority_.answer(changed));
    ASSERT_TRUE(reply.is_ok());
    const auto* certificate = std::get_if<CertificateReply>(&reply->body);
    if (certificate == nullptr || certificate->type != MessageType::kSignReply) {
      continue;
    }
    const unsigned char* at = certificate->der.data();
    const UniqueX509 leaf(d2i_X509(nullptr, &at, static_cast<long>(certificate->der.size())));
    ASSERT_NE(leaf, nullptr);
    EXPECT_EQ(X509_check_ca(leaf.get()), 0);
    EXPECT_LE(trust::validity_of(leaf.get())->not_after, kNow + 30 * kDay);
  }
}

}  // namespace
}  // namespace vitrine::signer
