// The policy graph of RFC 9618: its size stays small where the tree of RFC 5280 explodes.  Verdicts
// are PKITS's.
#include "host/trust/policy_graph.h"

#include <chrono>

#include <gtest/gtest.h>

#include "tests/trust/test_pki.h"

namespace vitrine::trust {
namespace {

using test::CertBuilder;

// A CA that has all of `count` policies and maps each of them to all of them.
std::shared_ptr<const Facts> mapping_ca(int count) {
  auto facts = std::make_shared<Facts>();
  facts->policy.policies.emplace();
  for (int i = 0; i < count; ++i) {
    facts->policy.policies->push_back("1.2.3." + std::to_string(i));
    for (int j = 0; j < count; ++j) {
      facts->policy.mappings.emplace_back("1.2.3." + std::to_string(i),
                                          "1.2.3." + std::to_string(j));
    }
  }
  return facts;
}

TEST(PolicyGraph, MappingsOfAllToAllDoNotMultiply) {
  constexpr int kPolicies = 20;
  constexpr size_t kLevels = 20;  // the tree would have 20^20 leaves
  PolicySettings settings;
  settings.require_explicit = true;
  settings.initial_policies = {"1.2.3.7"};
  const std::shared_ptr<const Facts> ca = mapping_ca(kPolicies);
  PolicyGraph graph(settings, kLevels);
  const auto begin = std::chrono::steady_clock::now();
  for (size_t i = 0; i < kLevels; ++i) {
    ASSERT_TRUE(graph.add(*ca, i + 1 == kLevels));
  }
  EXPECT_TRUE(graph.accepts());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST(PolicyGraph, APolicyThatNobodyAskedForIsNotAccepted) {
  PolicySettings settings;
  settings.require_explicit = true;
  settings.initial_policies = {"1.2.9"};
  PolicyGraph graph(settings, 1);
  ASSERT_TRUE(graph.add(*mapping_ca(3), true));
  EXPECT_FALSE(graph.accepts());
}

TEST(PolicyGraph, MappingAnyPolicyIsRefused) {
  Facts facts;
  facts.policy.policies = {"1.2.3"};
  facts.policy.mappings = {{kAnyPolicy, "1.2.3"}};
  const PolicySettings settings;
  PolicyGraph graph(settings, 2);
  EXPECT_FALSE(graph.add(facts, false));
}

}  // namespace
}  // namespace vitrine::trust
