// Configurations put in force in a running engine, asked from another thread as the API does; and
// the store that the daemon starts by.
#include "host/daemon/install.h"

#include <fstream>

#include "host/config/certificates.h"
#include "host/config/compile.h"
#include "host/daemon/configuring.h"
#include "tests/session/session_world.h"

namespace vitrine::daemon {
namespace {

using config::Configuration;

constexpr const char* kDecrypt = "version: 1\ndecryption:\n  - {name: all, action: decrypt}\n";
constexpr const char* kLeave =
    "version: 1\ndecryption:\n  - {name: alone, action: do-not-decrypt}\n";

class InstallTest : public session::SessionWorld {
 protected:
  void SetUp() override { start(); }

  std::shared_ptr<const config::ActiveConfiguration> made(uint32_t version, const char* policy,
                                                          bool with_certificate = false) {
    Configuration configuration{policy, {}, {}};
    if (with_certificate) {
      configuration.certificates = config::read_certificates(as_bytes(other_.pem())).value();
    }
    return config::compile(configuration, version, clock_.wall_ms()).active;
  }
  std::string rule() const { return engine_->policy()->book().decryption.front().name; }
  size_t trusted() const { return trust_->list().size(); }

  test::TestCert other_ = test::CertBuilder("/CN=other").ca().self_signed();
  Options options_;
};

TEST_F(InstallTest, AConfigurationIsInForceWhole) {
  Installer installer(io_, card_, *trust_, *hub_);
  const size_t before = trusted();
  ASSERT_TRUE(installer.apply(made(4, kDecrypt)));
  ASSERT_TRUE(installer.attach(*engine_));
  EXPECT_EQ(engine_->policy()->version, 4U);
  ASSERT_TRUE(ask([&] { return installer.apply(made(5, kLeave, true)); }));
  EXPECT_EQ(engine_->policy()->version, 5U);
  EXPECT_EQ(rule(), "alone");
  EXPECT_EQ(trusted(), before + 1);
  events::Event event;
  event.type = events::EventType::kSystem;
  hub_->publish(event);
  EXPECT_EQ(events(events::EventType::kSystem).back().transaction.configuration_version, 5U);
  ASSERT_TRUE(ask([&] { return installer.apply(made(6, kLeave)); }));
  EXPECT_EQ(trusted(), before);
}

TEST_F(InstallTest, WhatTheCardRefusesChangesNothing) {
  Installer installer(io_, card_, *trust_, *hub_);
  ASSERT_TRUE(installer.apply(made(4, kDecrypt)));
  ASSERT_TRUE(installer.attach(*engine_));
  const size_t before = trusted();
  card_.load_answer = Status(Code::kExhausted, "no room");
  const Status refused = ask([&] { return installer.apply(made(5, kLeave, true)); });
  EXPECT_EQ(refused.code(), Code::kExhausted);
  EXPECT_EQ(engine_->policy()->version, 4U);
  EXPECT_EQ(rule(), "all");
  EXPECT_EQ(trusted(), before);
}

TEST_F(InstallTest, WhatWasGivenUpIsNeverDoneLater) {
  Installer installer(io_, card_, *trust_, *hub_, std::chrono::milliseconds(20));
  ASSERT_TRUE(installer.apply(made(4, kDecrypt)));
  ASSERT_TRUE(installer.attach(*engine_));
  const Status gone = installer.apply(made(5, kLeave));  // nobody runs the session's loop
  EXPECT_EQ(gone.code(), Code::kUnavailable);
  tick();
  EXPECT_EQ(engine_->policy()->version, 4U);
}

class ConfiguringTest : public InstallTest {
 protected:
  // Starts as the daemon does, in a new process of this state directory.
  Status begin() {
    options_.state_dir = state_.path();
    installer_ = std::make_unique<Installer>(io_, card_, *trust_, *hub_);
    configuring_ = std::make_unique<Configuring>(options_, api_io_, *installer_, *hub_, clock_);
    return configuring_->start();
  }
  const config::ActiveConfiguration& in_force() { return *configuring_->manager().active(); }
  void policy_file(const std::string& text) {
    options_.policy_file = state_.path() + "/policy.yaml";
    std::ofstream(options_.policy_file) << text;
  }

  boost::asio::io_context api_io_;
  std::unique_ptr<Installer> installer_;
  std::unique_ptr<Configuring> configuring_;
};

TEST_F(ConfiguringTest, TheFirstConfigurationIsWhatTheOptionsSay) {
  options_.bypassed = {IpNetwork::parse("192.0.2.0/24").value()};
  ASSERT_TRUE(begin());
  EXPECT_EQ(in_force().version, 1U);
  EXPECT_NE(in_force().configuration.policy.find("192.0.2.0/24"), std::string::npos);
  options_.bypassed.clear();  // later starts go by the store
  ASSERT_TRUE(begin());
  EXPECT_EQ(in_force().version, 1U);
  EXPECT_NE(in_force().configuration.policy.find("192.0.2.0/24"), std::string::npos);
}

TEST_F(ConfiguringTest, APolicyFileIsFollowedWhereItDiffers) {
  policy_file(kDecrypt);
  ASSERT_TRUE(begin());
  EXPECT_EQ(in_force().version, 1U);
  ASSERT_TRUE(begin());
  EXPECT_EQ(in_force().version, 1U) << "nothing differs";
  policy_file(kLeave);
  ASSERT_TRUE(begin());
  EXPECT_EQ(in_force().version, 2U);
  policy_file(kDecrypt);
  configuring_->reload();
  api_io_.poll();
  EXPECT_EQ(in_force().version, 3U);
  policy_file("version: 1\ndecryption: [{name: a, action: perhaps}]\n");
  configuring_->reload();
  api_io_.restart();
  api_io_.poll();
  EXPECT_EQ(in_force().version, 3U) << "a wrong file changes nothing";
  EXPECT_FALSE(begin()) << "and nothing starts by it";
  options_.policy_file += ".none";
  EXPECT_EQ(begin().code(), Code::kNotFound);
}

TEST_F(ConfiguringTest, AFileWaitsWhileACommitDoes) {
  policy_file(kDecrypt);
  ASSERT_TRUE(begin());
  config::Manager& manager = configuring_->manager();
  ASSERT_TRUE(manager.load({kLeave, {}, {}}, "ada"));
  ASSERT_TRUE(manager.commit({"ada", "", 5}));
  configuring_->reload();
  api_io_.poll();
  EXPECT_EQ(in_force().configuration.policy, kLeave);
  EXPECT_EQ(in_force().version, 2U);
}

TEST_F(ConfiguringTest, ADamagedStoreStartsNothing) {
  ASSERT_TRUE(begin());
  configuring_.reset();
  std::ofstream(state_.path() + "/config.db") << std::string(8192, 'x');
  EXPECT_FALSE(begin());
}

}  // namespace
}  // namespace vitrine::daemon
