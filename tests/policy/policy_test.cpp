// The policy that is made from a list of bypassed networks.
#include <gtest/gtest.h>

#include "policy/compile/check.h"
#include "policy/lang/decrypt_all.h"

namespace vitrine::policy {
namespace {

CheckReport checked(const std::vector<IpNetwork>& bypassed, bool block_quic) {
  return check(decrypt_all_policy(bypassed, block_quic), "policy", files_beside("policy"), {});
}

std::vector<IpNetwork> two_networks() {
  return {IpNetwork::parse("192.0.2.0/24").value(), IpNetwork::parse("2001:db8:1::/48").value()};
}

Facts facts(const char* client, const char* server, uint8_t protocol = kTcp) {
  Facts facts;
  facts.key.protocol = protocol;
  facts.key.source = IpAddress::parse(client).value();
  facts.key.destination = IpAddress::parse(server).value();
  facts.key.source_port = 40000;
  facts.key.destination_port = 443;
  return facts;
}

TEST(DecryptAllPolicy, IsCheckedAndProved) {
  for (const bool block_quic : {false, true}) {
    for (const auto& networks : {two_networks(), std::vector<IpNetwork>()}) {
      const CheckReport report = checked(networks, block_quic);
      EXPECT_TRUE(report.ok);
      EXPECT_TRUE(report.problems.empty()) << report.problems[0].to_string();
    }
  }
}

TEST(DecryptAllPolicy, DecryptsWhatNoNetworkNames) {
  const auto report = checked(two_networks(), true);
  const Decided decided = report.evaluator->decide(facts("10.0.0.1", "198.51.100.1"));
  EXPECT_EQ(decided.ruling, Ruling::kDecrypt);
  EXPECT_EQ(report.book->decryption[decided.rule].name, kDecryptAllRule);
}

TEST(DecryptAllPolicy, LeavesBypassedNetworksAloneAtEitherEnd) {
  const auto report = checked(two_networks(), true);
  const auto ruling = [&](const char* client, const char* server) {
    return report.evaluator->decide(facts(client, server)).ruling;
  };
  EXPECT_EQ(ruling("10.0.0.1", "192.0.2.255"), Ruling::kDoNotDecrypt);
  EXPECT_EQ(ruling("192.0.2.1", "10.0.0.1"), Ruling::kDoNotDecrypt);
  EXPECT_EQ(ruling("fd00::1", "2001:db8:1::5"), Ruling::kDoNotDecrypt);
  EXPECT_EQ(ruling("fd00::1", "2001:db8:2::5"), Ruling::kDecrypt);
}

TEST(DecryptAllPolicy, QuicIsBlockedOnlyWhereAskedAndDecrypted) {
  const auto ruling = [](bool block, const char* server) {
    return checked(two_networks(), block).evaluator->decide(facts("10.0.0.1", server, kUdp)).ruling;
  };
  EXPECT_EQ(ruling(true, "198.51.100.1"), Ruling::kDeny);
  EXPECT_EQ(ruling(false, "198.51.100.1"), Ruling::kDoNotDecrypt);
  EXPECT_EQ(ruling(true, "192.0.2.9"), Ruling::kDoNotDecrypt);
}

}  // namespace
}  // namespace vitrine::policy
