// 100,000 random policies: reference, index and card rules against each other.
#include <algorithm>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "host/card/soft/rule_table.h"
#include "policy/compile/compile.h"
#include "policy/compile/prove.h"
#include "policy/eval/evaluator.h"
#include "policy/eval/reference.h"
#include "tests/policy/random_policy.h"

namespace vitrine::policy {
namespace {

using test::RandomWorld;

// Sanitizers make it ten times slower; the release run is the one that counts.
#ifdef VITRINE_SANITIZED
constexpr uint32_t kPolicies = 10'000;
#else
constexpr uint32_t kPolicies = 100'000;
#endif
constexpr uint32_t kProofs = 200;
constexpr int kFlows = 8;

card::soft::FrameKind kind_of(const card::FlowKey& key) {
  return key.protocol == kTcp ? card::soft::FrameKind::kTcp : card::soft::FrameKind::kOtherIp;
}

bool decided(const Decided& answer) { return answer.ruling != Ruling::kNeedMore; }

// Where the card may be cautious: see policy/compile/prove.h.
bool agrees(card::Action does, card::Action should, const card::FlowKey& key, QuicMode quic) {
  return does == should || (key.protocol == kTcp && does == card::Action::kPunt) ||
         (key.protocol == kUdp && key.destination_port == kHttps && quic == QuicMode::kBlock &&
          does == card::Action::kDrop);
}

TEST(RandomPolicies, IndexAnswersAsTheReferenceAtEveryStage) {
  for (uint32_t seed = 0; seed < kPolicies; ++seed) {
    RandomWorld world(seed);
    const auto book = world.book();
    const Evaluator evaluator(book);
    for (int i = 0; i < kFlows; ++i) {
      Facts facts = world.facts(*book);
      for (int stage = 0; stage < 5; ++stage) {
        const Decided reference = decide_reference(*book, facts);
        const Decided indexed = evaluator.decide(facts);
        ASSERT_EQ(reference, indexed)
            << "seed " << seed << " flow " << i << " stage " << stage << ": "
            << ruling_name(reference.ruling) << " by rule " << reference.rule << ", "
            << ruling_name(indexed.ruling) << " by rule " << indexed.rule;
        world.learn(facts);
      }
    }
  }
}

TEST(RandomPolicies, DecisionsNeverChangeWhenMoreIsKnown) {
  for (uint32_t seed = 0; seed < kPolicies; ++seed) {
    RandomWorld world(seed + 1'000'000);
    const auto book = world.book();
    Facts facts = world.facts(*book);
    Decided before = decide_reference(*book, facts);
    while (!world.complete(facts)) {
      // Of what is left alone or refused, nothing more is seen.
      if (before.ruling == Ruling::kDoNotDecrypt || before.ruling == Ruling::kDeny) {
        facts.known = facts.known.undecrypted();
      }
      world.learn(facts);
      const Decided after = decide_reference(*book, facts);
      // Decrypted connections may still be denied by what their HTTP says.
      if (decided(before) && before.ruling != Ruling::kDecrypt) {
        ASSERT_EQ(before.ruling, after.ruling) << "seed " << seed;
      }
      if (before.ruling == Ruling::kDecrypt) {
        ASSERT_TRUE(after.ruling == Ruling::kDecrypt ||
                    (after.ruling == Ruling::kDeny && !before.access.decided))
            << "seed " << seed;
      }
      before = after;
    }
    ASSERT_TRUE(decided(before)) << "seed " << seed;
  }
}

TEST(RandomPolicies, CardDoesWhatTheReferenceSays) {
  size_t exact = 0;
  size_t punted = 0;
  for (uint32_t seed = 0; seed < kPolicies; ++seed) {
    RandomWorld world(seed + 2'000'000);
    const auto book = world.book();
    const Facts facts = world.facts(*book);
    // Every eighth card is so small that rules are left out.
    const CardTarget target{7, facts.wall_ms, seed % 8 == 0 ? size_t{96} : size_t{4096}};
    const auto compiled = compile_rulebook(*book, target);
    if (!compiled) {
      ASSERT_EQ(compiled.status().code(), Code::kExhausted);
      continue;
    }
    ASSERT_LE(compiled->generation.rules.size(), target.max_rules) << "seed " << seed;
    const auto table = card::soft::RuleTable::compile(compiled->generation);
    ASSERT_TRUE(table.is_ok());
    const Evaluator evaluator(book);
    for (int i = 0; i < kFlows; ++i) {
      const card::FlowKey key = world.key();
      const card::Action does = table->decide(kind_of(key), key);
      const card::Action should = required_action(evaluator, key, target.wall_ms);
      ASSERT_TRUE(agrees(does, should, key, book->quic))
          << "seed " << seed << ": " << Endpoint{key.source, key.source_port}.to_string() << " > "
          << Endpoint{key.destination, key.destination_port}.to_string() << " protocol "
          << int{key.protocol} << " does " << static_cast<int>(does) << " should "
          << static_cast<int>(should);
      ASSERT_EQ(does, first_match(compiled->generation, key));
      exact += does == should ? 1 : 0;
      punted += does != should ? 1 : 0;
    }
  }
  // Caution is the exception: with it everywhere the test above would say nothing.
  EXPECT_GT(exact, punted * 50);
  RecordProperty("exact", std::to_string(exact));
  RecordProperty("cautious", std::to_string(punted));
}

TEST(RandomPolicies, ProofHoldsForEachAndFailsForABrokenCard) {
  uint32_t broken_found = 0;
  uint32_t broken = 0;
  for (uint32_t seed = 0; seed < kProofs; ++seed) {
    RandomWorld world(seed + 3'000'000);
    const auto book = world.book();
    const Facts facts = world.facts(*book);
    auto compiled = compile_rulebook(*book, {7, facts.wall_ms, 4096});
    ASSERT_TRUE(compiled.is_ok()) << "seed " << seed << ": " << compiled.status().message();
    const Evaluator evaluator(book);
    const Proof proof = prove_equivalent(evaluator, compiled->generation, facts.wall_ms);
    ASSERT_TRUE(proof.holds) << "seed " << seed << ": " << proof.counterexample;
    // Turn one rule round: either nothing reaches it, or the proof must fail.
    auto& rules = compiled->generation.rules;
    if (rules.empty()) {
      continue;
    }
    card::Rule& rule = rules[seed % rules.size()];
    rule.action =
        rule.action == card::Action::kForward ? card::Action::kDrop : card::Action::kForward;
    ++broken;
    const Proof other = prove_equivalent(evaluator, compiled->generation, facts.wall_ms);
    broken_found += other.holds ? 0 : 1;
  }
  EXPECT_GT(broken_found * 10, broken * 8);
}

}  // namespace
}  // namespace vitrine::policy
