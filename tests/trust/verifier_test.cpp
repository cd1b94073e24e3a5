// The verdict cache: what it may remember, and what it must forget.
#include "host/trust/verifier.h"

#include <gtest/gtest.h>

#include "tests/trust/test_pki.h"

namespace vitrine::trust {
namespace {

using test::CertBuilder;
using test::kDay;
using test::kNow;
using test::TestCert;

class VerifierTest : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = TrustStore::open({"", std::nullopt}).value();
    ASSERT_TRUE(store_->import(as_bytes(root_.pem())).is_ok());
    clock_.set_wall_ms(kNow * 1000);
  }

  Verdict ask(Verifier& verifier, const TestCert& leaf, const std::string& name) const {
    return verifier.verify(leaf.certificate.get(), nullptr, PeerName::parse(name));
  }

  TestCert root_ = CertBuilder("/CN=root").ca().self_signed();
  TestCert leaf_ =
      CertBuilder("/CN=x").dns("*.example.com").validity(kNow - kDay, kNow + 100).signed_by(root_);
  std::unique_ptr<TrustStore> store_;
  ManualClock clock_;
};

TEST_F(VerifierTest, SecondLookIsFromTheCacheAndSaysTheSame) {
  Verifier verifier(*store_, clock_);
  const Verdict first = ask(verifier, leaf_, "a.example.com");
  const Verdict second = ask(verifier, leaf_, "a.example.com");
  EXPECT_TRUE(first.trusted);
  EXPECT_TRUE(second.trusted);
  EXPECT_EQ(second.leaf_digest, first.leaf_digest);
  EXPECT_EQ(second.subject, "/CN=x");
  EXPECT_EQ(verifier.counters().cache_hits, 1U);
  EXPECT_EQ(verifier.counters().verified, 1U);
}

TEST_F(VerifierTest, NameIsPartOfTheKey) {
  Verifier verifier(*store_, clock_);
  EXPECT_TRUE(ask(verifier, leaf_, "a.example.com").trusted);
  EXPECT_FALSE(ask(verifier, leaf_, "b.example.org").trusted);
  EXPECT_EQ(verifier.counters().cache_hits, 0U);
}

TEST_F(VerifierTest, ExpiryIsHonouredWithinABucket) {
  Verifier verifier(*store_, clock_);
  EXPECT_TRUE(ask(verifier, leaf_, "a.example.com").trusted);
  clock_.advance_ms(101'000);
  const Verdict verdict = ask(verifier, leaf_, "a.example.com");
  EXPECT_FALSE(verdict.trusted);
  EXPECT_EQ(verdict.code, X509_V_ERR_CERT_HAS_EXPIRED);
}

TEST_F(VerifierTest, StoreChangeIsSeenAtOnce) {
  Verifier verifier(*store_, clock_);
  EXPECT_TRUE(ask(verifier, leaf_, "a.example.com").trusted);
  ASSERT_TRUE(store_->remove(store_->list()[0].id).is_ok());
  EXPECT_FALSE(ask(verifier, leaf_, "a.example.com").trusted);
}

TEST_F(VerifierTest, RefusalsAreNotCached) {
  Verifier verifier(*store_, clock_);
  EXPECT_FALSE(ask(verifier, leaf_, "b.example.org").trusted);
  EXPECT_FALSE(ask(verifier, leaf_, "b.example.org").trusted);
  EXPECT_EQ(verifier.counters().cache_hits, 0U);
  EXPECT_EQ(verifier.counters().refused, 2U);
}

TEST_F(VerifierTest, CacheTakesNoRefusal) {
  VerdictCache cache(4);
  Verdict verdict;
  verdict.valid_until = kNow + kDay;
  cache.insert(VerdictCache::Key{}, verdict);
  EXPECT_EQ(cache.size(), 0U);
  verdict.trusted = true;
  cache.insert(VerdictCache::Key{}, verdict);
  EXPECT_EQ(cache.size(), 1U);
}

TEST_F(VerifierTest, CacheIsBoundedAndForgetsTheLeastRecentlyUsed) {
  Verifier verifier(*store_, clock_, {}, 2);
  ask(verifier, leaf_, "a.example.com");
  ask(verifier, leaf_, "b.example.com");
  ask(verifier, leaf_, "a.example.com");  // hit
  ask(verifier, leaf_, "c.example.com");  // b goes
  ask(verifier, leaf_, "a.example.com");  // hit
  ask(verifier, leaf_, "b.example.com");
  EXPECT_EQ(verifier.counters().cache_hits, 2U);
  EXPECT_EQ(verifier.counters().verified, 4U);
}

TEST_F(VerifierTest, HandshakeAdapterWritesTheVerdictBack) {
  Verifier verifier(*store_, clock_);
  const UniqueX509Store empty(X509_STORE_new());
  const UniqueX509StoreCtx context(X509_STORE_CTX_new());
  const TestCert alone = CertBuilder("/CN=alone").self_signed();
  ASSERT_EQ(X509_STORE_CTX_init(context.get(), empty.get(), alone.certificate.get(), nullptr), 1);
  EXPECT_FALSE(verifier.verify_in_handshake(context.get(), PeerName::host("alone")).trusted);
  EXPECT_EQ(X509_STORE_CTX_get_error(context.get()), 18);
  EXPECT_EQ(X509_STORE_CTX_get_error_depth(context.get()), 0);
}

}  // namespace
}  // namespace vitrine::trust
