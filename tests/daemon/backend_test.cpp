// The API's answers, asked from another thread as the API does.
#include "host/daemon/backend.h"

#include <boost/asio/executor_work_guard.hpp>

#include "host/licence/signer_key.h"
#include "policy/lang/decrypt_all.h"
#include "tests/session/session_world.h"

namespace vitrine::daemon {
namespace {

class BackendTest : public session::SessionWorld {
 protected:
  void SetUp() override {
    start();
    options_.inside = "eth1";
    options_.outside = "eth2";
    options_.state_dir = state_.path();
    licences_ =
        std::make_unique<licence::LicenceStore>(state_.path(), licence::signer_key().value());
    licensing_ = std::make_unique<Licensing>(io_, *licences_, *legs_, clock_,
                                             [this](std::string text) { told_.push_back(text); });
    manager_ = config::Manager::open(state_.path() + "/config.db", clock_, nullptr).value();
    backend_ = std::make_unique<Backend>(BackendParts{options_, io_, *engine_, card_, *trust_,
                                                      *hub_, *manager_, clock_, *licensing_});
  }

  Options options_;
  std::unique_ptr<licence::LicenceStore> licences_;
  std::unique_ptr<Licensing> licensing_;
  std::vector<std::string> told_;
  std::unique_ptr<config::Manager> manager_;
  std::unique_ptr<Backend> backend_;
};

// The legs of the test's world are made without looking at a licence.
TEST_F(BackendTest, WithoutALicenceNewLegsOfferNoEncryption) {
  ASSERT_FALSE(legs_->policy().integrity_only);
  EXPECT_FALSE(backend_->licence().strong_cryptography);
  licensing_->apply();
  EXPECT_TRUE(legs_->policy().integrity_only);
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_EQ(told_[0], "no strong cryptography is offered to servers: no licence is installed");
  licensing_->apply();
  EXPECT_EQ(told_.size(), 1U) << "nothing changed";
  EXPECT_FALSE(backend_->install_licence("garbage"));
  EXPECT_EQ(backend_->remove_licence().status().code(), Code::kNotFound);
}

TEST_F(BackendTest, StatusSaysWhatRunsAndForHowLong) {
  options_.fail_mode = FailMode::kOpen;
  clock_.advance_ms(1500);
  const api::ApplianceStatus status = ask([&] { return backend_->status(); });
  EXPECT_EQ(status.inside, "eth1");
  EXPECT_EQ(status.outside, "eth2");
  EXPECT_EQ(status.card.kind, "fake");
  EXPECT_TRUE(status.fail_open);
  EXPECT_EQ(status.uptime_ms, 1500U);
  EXPECT_EQ(status.configuration_version, 1U);
  EXPECT_EQ(status.state_directory, state_.path());
  EXPECT_TRUE(status.ca_fingerprint.empty()) << "there is no CA";
}

TEST_F(BackendTest, FlowsAndCountersAreTheEngines) {
  punt(card::Port::kInside, test::PacketBuilder().syn(1).build());
  const auto rows = ask([&] { return backend_->flows(10); });
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].server.to_string(), "198.51.100.7:443");
  EXPECT_EQ(ask([&] { return backend_->flows(0); }).size(), 0U);
  const auto report = ask([&] { return backend_->counters(); });
  const auto connections =
      std::find_if(report.host.begin(), report.host.end(),
                   [](const api::NamedCount& row) { return row.name == "connections"; });
  ASSERT_NE(connections, report.host.end());
  EXPECT_EQ(connections->value, 1U);
}

TEST_F(BackendTest, PolicyNamesTheBypassedNetworksFirst) {
  use_policy(
      policy::decrypt_all_policy({IpNetwork::parse("192.0.2.0/24").value()}, true).substr(11));
  const api::PolicyReport report = ask([&] { return backend_->policy(); });
  EXPECT_EQ(report.configuration_version, 2U);
  ASSERT_EQ(report.rules.size(), 3U);
  EXPECT_EQ(report.rules[0].name, policy::kBypassRule);
  EXPECT_EQ(report.rules[0].destination, "192.0.2.0-192.0.2.255");
  EXPECT_EQ(report.rules[0].action, "do-not-decrypt");
  EXPECT_EQ(report.rules[2].name, policy::kDecryptAllRule);
}

TEST_F(BackendTest, TrustedCertificatesAreListed) {
  const size_t before = backend_->certificates().size();
  ASSERT_TRUE(trust_->import(as_bytes(test::CertBuilder("/CN=other").ca().self_signed().pem())));
  ASSERT_EQ(backend_->certificates().size(), before + 1);
  EXPECT_EQ(backend_->certificates().back().role, "trusted");
}

TEST_F(BackendTest, CaIsShownOnceThereIsOne) {
  EXPECT_EQ(backend_->ca().status().code(), Code::kNotFound);
  const auto made = signer::ca_init(state_.path());
  ASSERT_TRUE(made) << made.status().to_string();
  const auto shown = backend_->ca();
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->certificate.fingerprint, made->fingerprint);
  EXPECT_EQ(shown->pem, made->pem);
  EXPECT_EQ(ask([&] { return backend_->status(); }).ca_fingerprint, made->fingerprint);
}

TEST_F(BackendTest, SessionThreadThatDoesNotAnswerIsNotWaitedForForEver) {
  EXPECT_TRUE(backend_->flows(10).empty());  // nobody runs the session's loop
}

}  // namespace
}  // namespace vitrine::daemon
