// Upstream resumption: when it is used, and everything that must keep it from being used.
#include <gmock/gmock.h>

#include "host/tls/session_cache.h"
#include "tests/tls/leg_fixture.h"

namespace vitrine::tls {
namespace {

using test::Identity;
using test::LegFixture;
using test::make_identity;
using test::pump;
using test::SslPeer;

class ResumptionTest : public LegFixture, public testing::WithParamInterface<uint16_t> {
 protected:
  void SetUp() override {
    LegFixture::SetUp();
    clock_.set_wall_ms(Clock::system().wall_ms());
    hello_ = modern_hello();
    hello_.versions = {GetParam()};
    config_ = server_config(hello_);
    config_.verifier = [this](STACK_OF(X509) * chain) {
      ++verified_;
      return trust(chain);
    };
  }

  // One connection; true where it resumed. Peers share ticket keys through one context.
  bool connect() {
    auto leg = factory_->make_server_leg(config_);
    EXPECT_TRUE(leg) << leg.status().to_string();
    SslPeer server = SslPeer::server(server_identity(), [](SSL_CTX* context) {
      const std::vector<uint8_t> ticket_keys(80, 0x42);
      SSL_CTX_set_tlsext_ticket_keys(context, const_cast<uint8_t*>(ticket_keys.data()),
                                     static_cast<long>(ticket_keys.size()));
      SSL_CTX_set_session_id_context(context, reinterpret_cast<const uint8_t*>("t"), 1);
    });
    pump(**leg, server);
    EXPECT_EQ((*leg)->progress(), Progress::kEstablished) << (*leg)->report().error;
    EXPECT_NE((*leg)->peer_certificate(), nullptr);
    EXPECT_EQ(sk_X509_num((*leg)->peer_chain()), 1);
    EXPECT_EQ((*leg)->report().verdict->trusted(), trusted_);
    EXPECT_TRUE((*leg)->record_state()) << "keys come of a resumed session too";
    return (*leg)->report().resumed;
  }

  ClientHello hello_;
  ServerLegConfig config_;
  int verified_ = 0;
  bool trusted_ = true;  // what the verifier is to say
};

TEST_P(ResumptionTest, SecondConnectionResumesWithoutAskingTheVerifierAgain) {
  EXPECT_FALSE(connect());
  EXPECT_TRUE(connect());
  EXPECT_TRUE(connect());
  EXPECT_EQ(verified_, 1);
}

TEST_P(ResumptionTest, NewTrustEpochVerifiesAgain) {
  connect();
  ++config_.trust_epoch;
  EXPECT_FALSE(connect());
  EXPECT_EQ(verified_, 2);
}

TEST_P(ResumptionTest, AnotherClientServerNameAlpnOrOfferDoesNotResume) {
  connect();
  const ServerLegConfig same = config_;
  config_.client = IpAddress::parse("192.0.2.8").value();
  EXPECT_FALSE(connect()) << "sessions would link two clients";
  config_ = same;
  config_.server.port = 8443;
  EXPECT_FALSE(connect());
  config_ = same;
  hello_.server_name = "other.example";
  EXPECT_FALSE(connect());
  hello_.server_name = "server.example";
  hello_.alpn = {"h2"};
  EXPECT_FALSE(connect());
  hello_.alpn.clear();
  hello_.supported_groups = {23};
  EXPECT_FALSE(connect());
  hello_.supported_groups = {29, 23};
  EXPECT_TRUE(connect());
}

TEST_P(ResumptionTest, OldSessionsAreNotUsed) {
  connect();
  clock_.advance_ms(SessionCache::kMaxAgeMs + 1000);
  EXPECT_FALSE(connect());
}

TEST_P(ResumptionTest, TurnedOffItIsNotUsed) {
  LegPolicy policy;
  policy.resume_upstream = false;
  reset_factory(policy);
  connect();
  EXPECT_FALSE(connect());
}

// Under another rule it would pass for verified.
TEST_P(ResumptionTest, SessionOfAServerThatIsOnlyShownIsNeverKept) {
  trusted_ = false;
  config_.verifier = [](STACK_OF(X509)*) {
    PeerVerdict verdict;
    verdict.tolerated = true;
    return verdict;
  };
  EXPECT_FALSE(connect());
  EXPECT_FALSE(connect());
}

TEST_P(ResumptionTest, UntrustedSessionIsNeverKept) {
  config_.verifier = [](STACK_OF(X509)*) { return PeerVerdict(); };
  for (int i = 0; i < 2; ++i) {
    auto leg = factory_->make_server_leg(config_);
    SslPeer server = SslPeer::server(server_identity());
    pump(**leg, server);
    EXPECT_EQ((*leg)->progress(), Progress::kFailed);
    EXPECT_FALSE((*leg)->report().resumed);
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, ResumptionTest, testing::ValuesIn(test::kBothVersions),
                         [](const auto& param) {
                           return param.param == 0x0304 ? std::string("Tls13") : "Tls12";
                         });

// A session that looks resumable, with a peer certificate.
UniqueSslSession made_session(int version) {
  const Identity identity = make_identity("cache.example");
  SslPeer server = SslPeer::server(identity);
  SslPeer client = SslPeer::client([&](SSL_CTX* context) {
    SSL_CTX_set_max_proto_version(context, version);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  });
  for (int i = 0; i < 4; ++i) {
    client.handshake();
    server.feed(client.output());
    server.handshake();
    client.feed(server.output());
  }
  client.read();
  SSL_set_shutdown(client.ssl(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  return UniqueSslSession(SSL_get1_session(client.ssl()));
}

class SessionCacheTest : public testing::Test {
 protected:
  void SetUp() override { clock_.set_wall_ms(Clock::system().wall_ms()); }
  ManualClock clock_;
  SessionCache cache_{clock_};
};

TEST_F(SessionCacheTest, Tls13TicketsServeOnceAndTls12SessionsStay) {
  cache_.put("13", made_session(TLS1_3_VERSION));
  EXPECT_NE(cache_.take("13"), nullptr);
  EXPECT_EQ(cache_.take("13"), nullptr);
  cache_.put("12", made_session(TLS1_2_VERSION));
  EXPECT_NE(cache_.take("12"), nullptr);
  EXPECT_NE(cache_.take("12"), nullptr);
}

TEST_F(SessionCacheTest, NothingOutlivesTheServersCertificate) {
  cache_.put("key", made_session(TLS1_3_VERSION));
  clock_.advance_ms(3'601'000);
  EXPECT_EQ(cache_.take("key"), nullptr);
  EXPECT_EQ(cache_.size(), 0U);
  cache_.put("late", made_session(TLS1_3_VERSION));
  EXPECT_EQ(cache_.size(), 0U) << "it was over when it came";
}

TEST_F(SessionCacheTest, KeysAndSessionsAreBounded) {
  const UniqueSslSession session = made_session(TLS1_3_VERSION);
  for (size_t i = 0; i < SessionCache::kMaxPerKey + 3; ++i) {
    cache_.put("key", up_ref(session.get()));
  }
  EXPECT_EQ(cache_.size(), SessionCache::kMaxPerKey);
  for (size_t i = 0; i < SessionCache::kMaxKeys; ++i) {
    cache_.put(std::to_string(i), up_ref(session.get()));
  }
  EXPECT_EQ(cache_.size(), SessionCache::kMaxKeys);
  EXPECT_EQ(cache_.take("key"), nullptr) << "the least recently used went";
}

}  // namespace
}  // namespace vitrine::tls
