// Verification of generated chains: each kind of bad chain is refused for its own reason.
#include "host/trust/verify.h"

#include <gtest/gtest.h>

#include "tests/trust/test_pki.h"

namespace vitrine::trust {
namespace {

using test::CertBuilder;
using test::kDay;
using test::kNow;
using test::TestCert;

class VerifyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = TrustStore::open({"", std::nullopt}).value();
    ASSERT_TRUE(store_->import(as_bytes(root_.pem())).is_ok());
  }

  Verdict check(const std::vector<TestCert>& chain, const std::string& name,
                time_t now = kNow) const {
    const UniqueX509Stack stack = test::stack_of(chain);
    return verify(*store_->snapshot(), chain[0].certificate.get(), stack.get(),
                  PeerName::parse(name), now);
  }

  TestCert intermediate(const TestCert& issuer) const {
    return CertBuilder("/CN=intermediate").ca().signed_by(issuer);
  }

  TestCert root_ = CertBuilder("/O=Test/CN=root").ca().self_signed();
  std::unique_ptr<TrustStore> store_;
};

TEST_F(VerifyTest, ChainThroughAnIntermediateIsTrusted) {
  const TestCert middle = intermediate(root_);
  const TestCert leaf = CertBuilder("/CN=a.example").dns("a.example").signed_by(middle);
  const Verdict verdict = check({leaf, middle}, "a.example");
  EXPECT_TRUE(verdict.trusted) << verdict.text;
  EXPECT_EQ(verdict.code, X509_V_OK);
  EXPECT_EQ(verdict.text, "ok");
  EXPECT_EQ(verdict.subject, "/CN=a.example");
  EXPECT_EQ(verdict.issuer, "/CN=intermediate");
  EXPECT_FALSE(verdict.pinned);
  EXPECT_EQ(verdict.valid_until, kNow + 30 * kDay);
  EXPECT_EQ(verdict.leaf_digest, digest_of(leaf.certificate.get()));
}

TEST_F(VerifyTest, OrderAndSurplusOfTheSentChainDoNotMatter) {
  const TestCert middle = intermediate(root_);
  const TestCert other = CertBuilder("/CN=other").ca().self_signed();
  const TestCert leaf = CertBuilder("/CN=x").dns("a.example").signed_by(middle);
  EXPECT_TRUE(check({leaf, other, root_, middle}, "a.example").trusted);
}

TEST_F(VerifyTest, RsaChainIsTrustedAndShortRsaKeyIsNot) {
  const TestCert good =
      CertBuilder("/CN=x").key(test::make_rsa_key(2048)).dns("a.example").signed_by(root_);
  const TestCert weak =
      CertBuilder("/CN=x").key(test::make_rsa_key(512)).dns("a.example").signed_by(root_);
  EXPECT_TRUE(check({good}, "a.example").trusted);
  EXPECT_EQ(check({weak}, "a.example").code, X509_V_ERR_EE_KEY_TOO_SMALL);
}

TEST_F(VerifyTest, Sha1SignatureIsRefused) {
  const TestCert leaf = CertBuilder("/CN=x").digest(EVP_sha1()).dns("a.example").signed_by(root_);
  EXPECT_EQ(check({leaf}, "a.example").code, X509_V_ERR_CA_MD_TOO_WEAK);
}

TEST_F(VerifyTest, SelfSignedIsCode18AtDepth0InTheReferenceWording) {
  const TestCert leaf = CertBuilder("/unstructuredName=ciscoasa").self_signed();
  const Verdict verdict = check({leaf}, "192.0.2.7");
  EXPECT_FALSE(verdict.trusted);
  EXPECT_EQ(verdict.code, 18);
  EXPECT_EQ(verdict.depth, 0);
  EXPECT_EQ(verdict.text, "self signed certificate");
  EXPECT_EQ(verdict.subject, "/unstructuredName=ciscoasa");
  EXPECT_EQ(verdict.issuer, "/unstructuredName=ciscoasa");
  ASSERT_NE(verdict.failing, nullptr);
  EXPECT_EQ(X509_cmp(verdict.failing.get(), leaf.certificate.get()), 0);
}

TEST_F(VerifyTest, UnknownRootInTheChainIsCode19NamingTheRoot) {
  const TestCert other = CertBuilder("/CN=other").ca().self_signed();
  const TestCert leaf = CertBuilder("/CN=x").dns("a.example").signed_by(other);
  const Verdict verdict = check({leaf, other}, "a.example");
  EXPECT_EQ(verdict.code, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN);
  EXPECT_EQ(verdict.depth, 1);
  EXPECT_EQ(verdict.subject, "/CN=other");
}

TEST_F(VerifyTest, MissingIntermediateIsRefused) {
  const TestCert leaf = CertBuilder("/CN=x").dns("a.example").signed_by(intermediate(root_));
  EXPECT_EQ(check({leaf}, "a.example").code, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
}

TEST_F(VerifyTest, DatesAreCheckedAtTheGivenTimeAndAtEveryDepth) {
  const TestCert middle =
      CertBuilder("/CN=m").ca().validity(kNow - kDay, kNow + kDay).signed_by(root_);
  const TestCert leaf = CertBuilder("/CN=x").dns("a.example").signed_by(middle);
  EXPECT_TRUE(check({leaf, middle}, "a.example").trusted);
  EXPECT_EQ(check({leaf, middle}, "a.example").valid_until, kNow + kDay);
  const Verdict expired = check({leaf, middle}, "a.example", kNow + 2 * kDay);
  EXPECT_EQ(expired.code, X509_V_ERR_CERT_HAS_EXPIRED);
  EXPECT_EQ(expired.depth, 1);
  const Verdict early = check({leaf, middle}, "a.example", kNow - 2 * kDay);
  EXPECT_EQ(early.code, X509_V_ERR_CERT_NOT_YET_VALID);
  EXPECT_EQ(early.subject, "/CN=m");
}

TEST_F(VerifyTest, ExpiredLeafIsRefused) {
  const TestCert leaf =
      CertBuilder("/CN=x").dns("a.example").validity(kNow - 9 * kDay, kNow - 1).signed_by(root_);
  EXPECT_EQ(check({leaf}, "a.example").code, X509_V_ERR_CERT_HAS_EXPIRED);
}

TEST_F(VerifyTest, WrongNameIsRefusedForHostsAndBothAddressFamilies) {
  const TestCert leaf = CertBuilder("/CN=b.example")
                            .dns("a.example")
                            .ip("192.0.2.1")
                            .ip("2001:db8::1")
                            .signed_by(root_);
  EXPECT_TRUE(check({leaf}, "A.example.").trusted);
  EXPECT_TRUE(check({leaf}, "192.0.2.1").trusted);
  EXPECT_TRUE(check({leaf}, "2001:db8::1").trusted);
  EXPECT_EQ(check({leaf}, "b.example").code, X509_V_ERR_HOSTNAME_MISMATCH);
  EXPECT_EQ(check({leaf}, "192.0.2.2").code, X509_V_ERR_IP_ADDRESS_MISMATCH);
  EXPECT_EQ(check({leaf}, "2001:db8::2").code, X509_V_ERR_IP_ADDRESS_MISMATCH);
  EXPECT_EQ(check({leaf}, "").code, X509_V_ERR_HOSTNAME_MISMATCH);
}

TEST_F(VerifyTest, ClientOnlyCertificateIsRefusedAsServer) {
  const TestCert leaf = CertBuilder("/CN=x")
                            .dns("a.example")
                            .extension(NID_ext_key_usage, "clientAuth")
                            .signed_by(root_);
  EXPECT_EQ(check({leaf}, "a.example").code, X509_V_ERR_INVALID_PURPOSE);
}

TEST_F(VerifyTest, IssuerThatIsNoCaIsRefused) {
  const TestCert fake = CertBuilder("/CN=fake")
                            .extension(NID_basic_constraints, "critical,CA:FALSE")
                            .signed_by(root_);
  const TestCert leaf = CertBuilder("/CN=x").dns("a.example").signed_by(fake);
  const Verdict verdict = check({leaf, fake}, "a.example");
  EXPECT_EQ(verdict.code, X509_V_ERR_INVALID_CA);
  EXPECT_EQ(verdict.depth, 1);
}

TEST_F(VerifyTest, NameConstraintsAreEnforced) {
  const TestCert middle =
      CertBuilder("/CN=m")
          .ca()
          .extension(NID_name_constraints, "critical,permitted;DNS:good.example")
          .signed_by(root_);
  const TestCert good = CertBuilder("/CN=x").dns("a.good.example").signed_by(middle);
  const TestCert bad = CertBuilder("/CN=x").dns("a.evil.example").signed_by(middle);
  EXPECT_TRUE(check({good, middle}, "a.good.example").trusted);
  EXPECT_EQ(check({bad, middle}, "a.evil.example").code, X509_V_ERR_PERMITTED_VIOLATION);
}

TEST_F(VerifyTest, PathLengthIsEnforced) {
  const TestCert first = CertBuilder("/CN=first").ca(0).signed_by(root_);
  const TestCert second = CertBuilder("/CN=second").ca().signed_by(first);
  const TestCert leaf = CertBuilder("/CN=x").dns("a.example").signed_by(second);
  EXPECT_EQ(check({leaf, second, first}, "a.example").code, X509_V_ERR_PATH_LENGTH_EXCEEDED);
}

TEST_F(VerifyTest, DepthIsLimited) {
  const VerifyLimits limits;
  std::vector<TestCert> chain{root_};
  for (int i = 0; i < limits.max_depth; ++i) {
    chain.insert(chain.begin(),
                 CertBuilder("/CN=ca" + std::to_string(i)).ca().signed_by(chain.front()));
  }
  const TestCert at_limit = CertBuilder("/CN=x").dns("a.example").signed_by(chain.front());
  std::vector<TestCert> good = chain;
  good.insert(good.begin(), at_limit);
  EXPECT_TRUE(check(good, "a.example").trusted) << check(good, "a.example").text;
  chain.insert(chain.begin(), CertBuilder("/CN=too deep").ca().signed_by(chain.front()));
  const TestCert beyond = CertBuilder("/CN=x").dns("a.example").signed_by(chain.front());
  chain.insert(chain.begin(), beyond);
  const Verdict verdict = check(chain, "a.example");
  EXPECT_FALSE(verdict.trusted);
  EXPECT_EQ(verdict.code, X509_V_ERR_CERT_CHAIN_TOO_LONG);
}

TEST_F(VerifyTest, MoreCertificatesThanTheLimitAreRefusedUnread) {
  const TestCert leaf = CertBuilder("/CN=x").dns("a.example").signed_by(root_);
  std::vector<TestCert> chain(VerifyLimits().max_certificates, leaf);
  EXPECT_EQ(check(chain, "a.example").code, X509_V_ERR_CERT_CHAIN_TOO_LONG);
  chain.resize(chain.size() - 2);
  EXPECT_TRUE(check(chain, "a.example").trusted);
}

TEST_F(VerifyTest, ChainOfTooManyBytesIsRefused) {
  CertBuilder big("/CN=x");
  big.dns("a.example");
  for (int i = 0; i < 4000; ++i) {
    big.dns("host-number-" + std::to_string(i) + ".with.a.long.name.example");
  }
  EXPECT_EQ(check({big.signed_by(root_)}, "a.example").code, X509_V_ERR_CERT_CHAIN_TOO_LONG);
}

TEST_F(VerifyTest, UnknownCriticalExtensionIsRefused) {
  const TestCert leaf =
      CertBuilder("/CN=x").dns("a.example").unknown_critical_extension().signed_by(root_);
  EXPECT_EQ(check({leaf}, "a.example").code, X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION);
}

TEST_F(VerifyTest, TamperedCertificateIsRefused) {
  const TestCert leaf = CertBuilder("/CN=x").dns("a.example").signed_by(root_);
  std::vector<uint8_t> der = leaf.der();
  der.back() ^= 1;  // in the signature
  const unsigned char* at = der.data();
  TestCert bad{share(UniqueX509(d2i_X509(nullptr, &at, static_cast<long>(der.size())))), nullptr};
  ASSERT_NE(bad.certificate, nullptr);
  const Verdict verdict = check({bad}, "a.example");
  EXPECT_FALSE(verdict.trusted);
  EXPECT_EQ(verdict.code, X509_V_ERR_CERT_SIGNATURE_FAILURE);
}

TEST_F(VerifyTest, NoCertificateAtAllIsRefused) {
  const Verdict verdict =
      verify(*store_->snapshot(), nullptr, nullptr, PeerName::host("a.example"), kNow);
  EXPECT_FALSE(verdict.trusted);
  EXPECT_NE(verdict.code, X509_V_OK);
  EXPECT_EQ(verdict.text, "the server sent no certificate");
}

TEST_F(VerifyTest, LeafIssuedByAnImportedIntermediateIsTrustedWithoutItsRoot) {
  const TestCert far_root = CertBuilder("/CN=far root").ca().self_signed();
  const TestCert middle = CertBuilder("/CN=far middle").ca().signed_by(far_root);
  const TestCert leaf = CertBuilder("/CN=x").dns("a.example").signed_by(middle);
  EXPECT_FALSE(check({leaf, middle}, "a.example").trusted);
  ASSERT_TRUE(store_->import(as_bytes(middle.pem())).is_ok());
  EXPECT_TRUE(check({leaf}, "a.example").trusted);
}

}  // namespace
}  // namespace vitrine::trust
