// Forged leaves, against the signer's own rules in a thread of the test.
#include "host/signer/leaf_forge.h"

#include <array>
#include <atomic>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "host/signer/authority.h"
#include "host/trust/verify.h"
#include "tests/trust/test_pki.h"

namespace vitrine::signer {
namespace {

using namespace std::chrono_literals;  // NOLINT: literals only
using test::CertBuilder;
using test::kDay;
using test::kNow;
using test::TestCert;

// Answers packets until the other end closes. One that vouches for everything signs what was asked
// for as untrusted with the CA.
class ThreadSigner {
 public:
  ThreadSigner(const TestCert& ca, SignerClient& client, bool vouches = false) {
    std::array<int, 2> pair{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()), 0);
    client.attach(UniqueFd(pair[0]), [] {});
    thread_ = std::jthread([this, fd = pair[1], &ca, vouches] {
      const UniqueFd socket(fd);
      const Authority authority(up_ref(ca.certificate.get()), up_ref(ca.key.get()));
      std::vector<uint8_t> packet(kMaxMessage);
      for (ssize_t n = 0; (n = ::recv(fd, packet.data(), packet.size(), 0)) > 0;) {
        ++requests_;
        if (vouches) {
          packet[kHeaderSize] = 0;  // which CA
        }
        const std::vector<uint8_t> reply =
            authority.answer(Bytes(packet).first(static_cast<size_t>(n)));
        ::send(fd, reply.data(), reply.size(), MSG_NOSIGNAL);
      }
    });
  }
  int requests() const { return requests_; }

 private:
  std::atomic<int> requests_{0};
  std::jthread thread_;
};

class LeafForgeTest : public ::testing::Test {
 protected:
  void SetUp() override { start({}); }
  void TearDown() override { client_.detach(); }

  void start(ForgeLimits limits) {
    clock_.set_wall_ms(kNow * 1000);
    forge_ = LeafForge::create(client_, clock_, up_ref(ca_.certificate.get()), limits).value();
  }

  void begin(const TestCert& server, const std::string& name, KeyType type = KeyType::kEcdsaP256,
             bool untrusted = false) {
    forge_->forge({server.certificate.get(), trust::PeerName::parse(name), type, untrusted},
                  [this](Result<std::shared_ptr<const ForgedLeaf>> leaf) {
                    leaves_.push_back(std::move(leaf));
                  });
  }

  void wait_for(size_t count) {
    const auto limit = std::chrono::steady_clock::now() + 60s;
    while (leaves_.size() < count && std::chrono::steady_clock::now() < limit) {
      io_.run_for(5ms);
      io_.restart();
    }
    ASSERT_EQ(leaves_.size(), count);
  }

  std::shared_ptr<const ForgedLeaf> forge(const TestCert& server, const std::string& name,
                                          KeyType type = KeyType::kEcdsaP256,
                                          bool untrusted = false) {
    leaves_.clear();
    begin(server, name, type, untrusted);
    wait_for(1);
    EXPECT_TRUE(leaves_.at(0).is_ok()) << leaves_[0].status().to_string();
    return leaves_[0] ? *leaves_[0] : nullptr;
  }

  std::shared_ptr<const ForgedLeaf> forge_untrusted(const TestCert& server,
                                                    const std::string& name) {
    return forge(server, name, KeyType::kEcdsaP256, true);
  }

  // As the client would.
  bool client_trusts(const ForgedLeaf& leaf, const std::string& name, time_t now = kNow) const {
    auto store = trust::TrustStore::open({"", std::nullopt}).value();
    EXPECT_TRUE(store->import(as_bytes(ca_.pem())).is_ok());
    return trust::verify(*store->snapshot(), leaf.served->certificate(), leaf.served->issuers(),
                         trust::PeerName::parse(name), now)
        .trusted;
  }

  static trust::Validity validity(const ForgedLeaf& leaf) {
    return trust::validity_of(leaf.served->certificate()).value();
  }

  TestCert ca_ = CertBuilder("/O=Test/CN=appliance").ca(0).self_signed();
  TestCert root_ = CertBuilder("/CN=real root").ca().self_signed();
  boost::asio::io_context io_;
  SignerClient client_{io_.get_executor(), 60s};
  ThreadSigner signer_{ca_, client_};
  ManualClock clock_;
  std::unique_ptr<LeafForge> forge_;
  std::vector<Result<std::shared_ptr<const ForgedLeaf>>> leaves_;
};

TEST_F(LeafForgeTest, LeafCarriesTheServersNamesAndVerifiesUnderTheCa) {
  const TestCert server = CertBuilder("/CN=www.a.example/O=A")
                              .dns("a.example")
                              .dns("*.a.example")
                              .ip("192.0.2.1")
                              .ip("2001:db8::1")
                              .signed_by(root_);
  const auto leaf = forge(server, "www.a.example");
  ASSERT_NE(leaf, nullptr);
  for (const char* name : {"a.example", "www.a.example", "192.0.2.1", "2001:db8::1"}) {
    EXPECT_TRUE(client_trusts(*leaf, name)) << name;
  }
  EXPECT_FALSE(client_trusts(*leaf, "b.example"));
  const trust::CertificateNames names = trust::names_of(leaf->served->certificate());
  EXPECT_EQ(names.dns, (std::vector<std::string>{"a.example", "*.a.example"}));
  EXPECT_EQ(trust::subject_of(leaf->served->certificate()), "/CN=www.a.example");
  EXPECT_EQ(trust::issuer_of(leaf->served->certificate()), "/O=Test/CN=appliance");
  EXPECT_EQ(X509_check_private_key(leaf->served->certificate(), leaf->served->key()), 1);
  EXPECT_EQ(sk_X509_num(leaf->served->issuers()), 0);  // a root is not sent
}

TEST_F(LeafForgeTest, CommonNameOnlyServerGetsItAsAlternativeName) {
  const auto leaf = forge(CertBuilder("/CN=old.example").signed_by(root_), "old.example");
  ASSERT_NE(leaf, nullptr);
  EXPECT_EQ(trust::names_of(leaf->served->certificate()).dns,
            std::vector<std::string>{"old.example"});
}

TEST_F(LeafForgeTest, NamelessPinnedServerGetsTheNameThatWasAsked) {
  const TestCert server = CertBuilder("/unstructuredName=ciscoasa").self_signed();
  for (const char* name : {"fw.example", "192.0.2.7", "2001:db8::7"}) {
    const auto leaf = forge(server, name);
    ASSERT_NE(leaf, nullptr);
    EXPECT_TRUE(client_trusts(*leaf, name)) << name;
    EXPECT_EQ(trust::subject_of(leaf->served->certificate()), std::string("/CN=") + name);
  }
}

TEST_F(LeafForgeTest, CommonNameDoesNotMatchWhereAlternativesExist) {
  const TestCert server = CertBuilder("/CN=cn.example").dns("a.example").signed_by(root_);
  const auto leaf = forge(server, "a.example");
  ASSERT_NE(leaf, nullptr);
  EXPECT_FALSE(client_trusts(*leaf, "cn.example"));
}

TEST_F(LeafForgeTest, ValidityIsInsideTheServersAndTheCas) {
  const TestCert brief =
      CertBuilder("/CN=x").dns("a.example").validity(kNow - 100, kNow + 100).signed_by(root_);
  const auto leaf = forge(brief, "a.example");
  ASSERT_NE(leaf, nullptr);
  EXPECT_EQ(validity(*leaf).not_before, kNow - 100);
  EXPECT_EQ(validity(*leaf).not_after, kNow + 100);
  const TestCert lasting = CertBuilder("/CN=x")
                               .dns("a.example")
                               .validity(kNow - 900 * kDay, kNow + 900 * kDay)
                               .signed_by(root_);
  const auto capped = forge(lasting, "a.example");
  ASSERT_NE(capped, nullptr);
  EXPECT_EQ(validity(*capped).not_before, kNow - 2 * kDay);
  EXPECT_EQ(validity(*capped).not_after, kNow + 30 * kDay);
}

TEST_F(LeafForgeTest, ServerOrCaOutOfDateIsNotForged) {
  const TestCert expired =
      CertBuilder("/CN=x").dns("a.example").validity(kNow - kDay, kNow - 1).signed_by(root_);
  begin(expired, "a.example");
  wait_for(1);
  EXPECT_EQ(leaves_[0].status().code(), Code::kInvalidArgument);
  clock_.advance_ms(31LL * kDay * 1000);
  begin(CertBuilder("/CN=x").dns("a.example").validity(kNow, kNow + 90 * kDay).signed_by(root_),
        "a.example");
  wait_for(2);
  EXPECT_NE(leaves_[1].status().message().find("cert ca init"), std::string::npos);
}

TEST_F(LeafForgeTest, KeyTypeIsAsAskedAndPairsAreShared) {
  const TestCert a = CertBuilder("/CN=x").dns("a.example").signed_by(root_);
  const TestCert b = CertBuilder("/CN=x").dns("b.example").signed_by(root_);
  const auto ec_a = forge(a, "a.example");
  const auto ec_b = forge(b, "b.example");
  const auto rsa = forge(a, "a.example", KeyType::kRsa2048);
  ASSERT_TRUE(ec_a != nullptr && ec_b != nullptr && rsa != nullptr);
  EXPECT_EQ(ec_a->served->key(), ec_b->served->key());
  EXPECT_EQ(EVP_PKEY_get_bits(ec_a->served->key()), 256);
  EXPECT_EQ(EVP_PKEY_get_bits(rsa->served->key()), 2048);
  EXPECT_TRUE(client_trusts(*rsa, "a.example"));
  // The server's own key type does not matter.
  EXPECT_EQ(rsa->key_type, KeyType::kRsa2048);
}

TEST_F(LeafForgeTest, SecondAskingIsFromTheCacheAndTheSameObject) {
  const TestCert server = CertBuilder("/CN=x").dns("*.a.example").signed_by(root_);
  const auto first = forge(server, "1.a.example");
  const auto second = forge(server, "2.a.example");  // covered: no leaf of its own
  EXPECT_EQ(first, second);
  EXPECT_EQ(signer_.requests(), 1);
  EXPECT_EQ(forge_->counters().cache_hits, 1U);
}

TEST_F(LeafForgeTest, DifferentServerCertificateOfTheSameNameGetsItsOwnLeaf) {
  const auto first = forge(CertBuilder("/CN=x").dns("a.example").signed_by(root_), "a.example");
  const auto second = forge(CertBuilder("/CN=x").dns("a.example").signed_by(root_), "a.example");
  EXPECT_NE(first, second);
  EXPECT_EQ(signer_.requests(), 2);
}

TEST_F(LeafForgeTest, ConcurrentAskingCostsOneSignature) {
  const TestCert server = CertBuilder("/CN=x").dns("a.example").signed_by(root_);
  for (int i = 0; i < 100; ++i) {
    begin(server, "a.example");
  }
  wait_for(100);
  EXPECT_EQ(signer_.requests(), 1);
  EXPECT_EQ(forge_->counters().joined, 99U);
  for (const auto& leaf : leaves_) {
    ASSERT_TRUE(leaf.is_ok());
    EXPECT_EQ(*leaf, *leaves_[0]);
  }
}

TEST_F(LeafForgeTest, CacheIsBoundedAndForgetsTheLeastRecentlyUsed) {
  ForgeLimits limits;
  limits.cache_capacity = 2;
  start(limits);
  std::array<TestCert, 3> servers;
  for (TestCert& server : servers) {
    server = CertBuilder("/CN=x").dns("a.example").signed_by(root_);
  }
  forge(servers[0], "a.example");
  forge(servers[1], "a.example");
  forge(servers[0], "a.example");  // hit
  forge(servers[2], "a.example");  // 1 goes
  EXPECT_EQ(forge_->cached(), 2U);
  forge(servers[0], "a.example");  // hit
  forge(servers[1], "a.example");
  EXPECT_EQ(forge_->counters().cache_hits, 2U);
  EXPECT_EQ(signer_.requests(), 4);
}

TEST_F(LeafForgeTest, ExpiredLeafIsNotHandedOut) {
  const TestCert server =
      CertBuilder("/CN=x").dns("a.example").validity(kNow - kDay, kNow + 100).signed_by(root_);
  ASSERT_NE(forge(server, "a.example"), nullptr);
  clock_.advance_ms(101'000);
  leaves_.clear();
  begin(server, "a.example");
  wait_for(1);
  EXPECT_FALSE(leaves_[0].is_ok());
}

TEST_F(LeafForgeTest, KeyPairsAreReplacedWhenOld) {
  const TestCert server = CertBuilder("/CN=x").dns("a.example").signed_by(root_);
  const auto before = forge(server, "a.example");
  clock_.advance_ms(2 * kDay * 1000);
  const auto after = forge(server, "a.example");
  ASSERT_TRUE(before != nullptr && after != nullptr);
  EXPECT_EQ(EVP_PKEY_eq(before->served->key(), after->served->key()), 0);
}

TEST_F(LeafForgeTest, FailureReachesEveryWaiterAndIsNotCached) {
  const TestCert server = CertBuilder("/CN=x").dns("a.example").signed_by(root_);
  begin(server, "a.example");
  begin(server, "a.example");
  client_.detach();
  wait_for(2);
  EXPECT_EQ(leaves_[0].status().code(), Code::kUnavailable);
  EXPECT_EQ(leaves_[1].status().code(), Code::kUnavailable);
  EXPECT_EQ(forge_->cached(), 0U);
}

TEST_F(LeafForgeTest, LeafOfAnotherCaIsNotHandedOut) {
  const TestCert namesake = CertBuilder("/O=Test/CN=appliance").ca(0).self_signed();
  const TestCert same_certificate_other_key{ca_.certificate, namesake.key};
  for (const TestCert* wrong : {&namesake, &same_certificate_other_key}) {
    const ThreadSigner other(*wrong, client_);
    leaves_.clear();
    begin(CertBuilder("/CN=x").dns("a.example").signed_by(root_), "a.example");
    wait_for(1);
    EXPECT_EQ(leaves_[0].status().code(), Code::kInternal);
    client_.detach();
  }
}

TEST_F(LeafForgeTest, ServerWithTooManyNamesKeepsTheOneThatWasAsked) {
  CertBuilder big("/CN=x");
  for (size_t i = 0; i < trust::kMaxNames + 50; ++i) {
    big.dns("h" + std::to_string(i) + ".example");
  }
  const std::string last = "h" + std::to_string(trust::kMaxNames + 49) + ".example";
  const auto leaf = forge(big.signed_by(root_), last);
  ASSERT_NE(leaf, nullptr);
  EXPECT_TRUE(client_trusts(*leaf, last));
  EXPECT_EQ(trust::names_of(leaf->served->certificate()).dns.size(), trust::kMaxNames);
}

TEST_F(LeafForgeTest, UntrustedLeafHasTheServersNamesAndNoOther) {
  const TestCert server = CertBuilder("/CN=cn.example").dns("a.example").self_signed();
  const auto leaf = forge_untrusted(server, "b.example");
  ASSERT_NE(leaf, nullptr);
  EXPECT_EQ(trust::names_of(leaf->served->certificate()).dns,
            std::vector<std::string>{"a.example"});
  EXPECT_FALSE(client_trusts(*leaf, "a.example"));
  EXPECT_EQ(leaf->served->issuers(), nullptr) << "nobody gets that CA to import it";
  const auto nameless = forge_untrusted(CertBuilder("/CN=cn.example").self_signed(), "cn.example");
  ASSERT_NE(nameless, nullptr);
  EXPECT_FALSE(trust::names_of(nameless->served->certificate()).has_san)
      << "a common name is not made more than that";
  EXPECT_NE(forge_untrusted(CertBuilder("/unstructuredName=ciscoasa").self_signed(), "fw.example"),
            nullptr);
}

TEST_F(LeafForgeTest, UntrustedLeafIsExpiredOrNotYetValidAsTheServersIs) {
  const auto expired = forge_untrusted(CertBuilder("/CN=x")
                                           .dns("a.example")
                                           .validity(kNow - 900 * kDay, kNow - 3 * kDay)
                                           .self_signed(),
                                       "a.example");
  ASSERT_NE(expired, nullptr);
  EXPECT_EQ(validity(*expired).not_after, kNow - 3 * kDay);
  const TestCert coming =
      CertBuilder("/CN=x").dns("a.example").validity(kNow + 60, kNow + 900 * kDay).self_signed();
  const auto early = forge_untrusted(coming, "a.example");
  ASSERT_NE(early, nullptr);
  EXPECT_EQ(validity(*early).not_before, kNow + 60);
  EXPECT_LE(early->good_until, kNow + 60) << "not from the cache once the server's is valid";
  clock_.advance_ms(60'000);
  const auto valid = forge_untrusted(coming, "a.example");
  ASSERT_NE(valid, nullptr);
  EXPECT_NE(valid, early);
}

// The certificate may be good by itself: for another name, or before its CA was imported.
TEST_F(LeafForgeTest, UntrustedAndTrustedLeavesOfOneServerAreApart) {
  const TestCert server = CertBuilder("/CN=x").dns("a.example").signed_by(root_);
  const auto untrusted = forge_untrusted(server, "a.example");
  const auto trusted = forge(server, "a.example");
  const auto again = forge_untrusted(server, "a.example");
  ASSERT_TRUE(untrusted != nullptr && trusted != nullptr);
  EXPECT_EQ(untrusted, again);
  EXPECT_TRUE(client_trusts(*trusted, "a.example"));
  EXPECT_FALSE(client_trusts(*untrusted, "a.example"));
}

TEST_F(LeafForgeTest, ASignerThatVouchesForAnUntrustedServerIsNotBelieved) {
  const ThreadSigner vouching(ca_, client_, true);
  begin(CertBuilder("/CN=x").dns("a.example").self_signed(), "a.example", KeyType::kEcdsaP256,
        true);
  wait_for(1);
  EXPECT_EQ(leaves_[0].status().code(), Code::kInternal);
  client_.detach();
}

}  // namespace
}  // namespace vitrine::signer
