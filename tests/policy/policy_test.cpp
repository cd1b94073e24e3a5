#include "policy/eval/policy.h"

#include <gtest/gtest.h>

#include "policy/compile/card_rules.h"

namespace vitrine::policy {
namespace {

ConnectionFacts facts(const char* client, const char* server) {
  return {
      {IpAddress::parse(client).value(), 40000}, {IpAddress::parse(server).value(), 443}, "a.test"};
}

DecryptAllPolicy with_bypass() {
  return {7,
          {IpNetwork::parse("192.0.2.0/24").value(), IpNetwork::parse("2001:db8:1::/48").value()}};
}

TEST(DecryptAllPolicy, DecryptsWhatNoNetworkNames) {
  const Verdict verdict = with_bypass().decide(facts("10.0.0.1", "198.51.100.1"));
  EXPECT_EQ(verdict.decision, Decision::kDecrypt);
  EXPECT_EQ(verdict.rule, "decrypt-all");
}

TEST(DecryptAllPolicy, LeavesBypassedNetworksAloneAtEitherEnd) {
  EXPECT_EQ(with_bypass().decide(facts("10.0.0.1", "192.0.2.255")).decision,
            Decision::kDoNotDecrypt);
  EXPECT_EQ(with_bypass().decide(facts("192.0.2.1", "10.0.0.1")).decision, Decision::kDoNotDecrypt);
  EXPECT_EQ(with_bypass().decide(facts("fd00::1", "2001:db8:1::5")).decision,
            Decision::kDoNotDecrypt);
  EXPECT_EQ(with_bypass().decide(facts("fd00::1", "2001:db8:2::5")).decision, Decision::kDecrypt);
}

TEST(CompileToCardRules, BypassStandsAboveThePunt) {
  const card::RuleGeneration generation = compile(with_bypass(), {});
  EXPECT_EQ(generation.configuration_version, 7U);
  ASSERT_EQ(generation.rules.size(), 6U);
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(generation.rules[i].action, card::Action::kForward) << i;
  }
  EXPECT_EQ(generation.rules.back().action, card::Action::kPunt);
  EXPECT_EQ(generation.rules.back().protocol, 6);
  EXPECT_EQ(generation.otherwise, card::Action::kForward);
}

TEST(CompileToCardRules, QuicIsDroppedOnlyWhereAsked) {
  EXPECT_EQ(compile(DecryptAllPolicy(1, {}), {.block_quic = true}).rules.size(), 2U);
  EXPECT_EQ(compile(DecryptAllPolicy(1, {}), {.block_quic = false}).rules.size(), 1U);
}

}  // namespace
}  // namespace vitrine::policy
