// A factory, identities and a client's hello for tests of legs.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "host/tls/leg_factory.h"
#include "tests/tls/ssl_peer.h"

namespace vitrine::tls::test {

inline constexpr uint16_t kBothVersions[] = {0x0303, 0x0304};

class LegFixture : public testing::Test {
 protected:
  // One for all tests: RSA keys are slow to make.
  static const Identity& server_identity() {
    static const Identity identity = make_identity("server.example", true);
    return identity;
  }
  static const std::shared_ptr<const ServedLeaf>& leaf() {
    static const std::shared_ptr<const ServedLeaf> leaf = make_leaf("server.example");
    return leaf;
  }

  void SetUp() override {
    ASSERT_TRUE(secure_memory_init());
    reset_factory({});
  }
  void reset_factory(LegPolicy policy) {
    auto made = LegFactory::create(std::move(policy), clock_);
    ASSERT_TRUE(made) << made.status().to_string();
    factory_ = std::move(made).value();
  }

  static ClientHello modern_hello() {
    ClientHello hello;
    hello.versions = {0x0304, 0x0303};
    hello.cipher_suites = {0x1301, 0x1302, 0x1303, 0xc02f, 0xc030, 0xcca8, 0xc013};
    hello.server_name = "server.example";
    hello.supported_groups = {29, 23};
    hello.signature_algorithms = {0x0403, 0x0804, 0x0401};
    return hello;
  }
  static PeerVerdict trust(STACK_OF(X509) * /*chain*/) {
    PeerVerdict verdict;
    verdict.error = X509_V_OK;
    return verdict;
  }

  ServerLegConfig server_config(const ClientHello& hello) const {
    ServerLegConfig config;
    config.hello = &hello;
    config.client = IpAddress::parse("192.0.2.7").value();
    config.server = {IpAddress::parse("2001:db8::1").value(), 443};
    config.verifier = trust;
    config.trust_epoch = 1;
    return config;
  }
  std::unique_ptr<Leg> server_leg(const ClientHello& hello, PeerVerifier verifier = trust) {
    ServerLegConfig config = server_config(hello);
    config.verifier = std::move(verifier);
    auto leg = factory_->make_server_leg(config);
    EXPECT_TRUE(leg) << leg.status().to_string();
    return leg ? std::move(leg).value() : nullptr;
  }
  std::unique_ptr<Leg> client_leg(uint16_t version, size_t key_bytes = 16,
                                  const std::string& alpn = "") {
    ClientLegConfig config;
    config.leaf = leaf();
    config.version = version;
    config.preferred_key_bytes = key_bytes;
    config.alpn = alpn;
    auto leg = factory_->make_client_leg(config);
    EXPECT_TRUE(leg) << leg.status().to_string();
    return leg ? std::move(leg).value() : nullptr;
  }

  ManualClock clock_;
  std::unique_ptr<LegFactory> factory_;
};

}  // namespace vitrine::tls::test
