// The rule table with 128 rules, against the soft card's. A packet in every clock.
#include <vector>

#include "sim/bench/rules/rules_bench.h"

namespace vitrine::bench {
namespace {

using card::Action;
using card::soft::FrameKind;

constexpr size_t kRules = 128;

void pour_packets(RulesBench& bench) {
  bench.next_packet = [&bench] { return bench.random_packet(); };
}

TEST(RulesTable, EverythingIsForwardedBeforeTheFirstCommit) {
  RulesBench bench;
  pour_packets(bench);
  bench.ticks(500);
  EXPECT_GT(bench.answers()[static_cast<size_t>(Action::kForward)], 480U);
}

TEST(RulesTable, RandomGenerationsJudgeAsTheSoftCardDoes) {
  RulesBench bench(2);
  pour_packets(bench);
  for (uint32_t version = 1; version <= 12 && !HasFatalFailure(); ++version) {
    const size_t rules = version % 4 == 0 ? kRules : 1 + bench.random() % kRules;
    bench.load(bench.random_generation(rules, version), kRules);
    bench.ticks(2000);
  }
  EXPECT_GT(bench.answers()[static_cast<size_t>(Action::kForward)], 5000U);
  EXPECT_GT(bench.answers()[static_cast<size_t>(Action::kDrop)], 5000U);
  EXPECT_GT(bench.answers()[static_cast<size_t>(Action::kPunt)], 5000U);
}

TEST(RulesTable, EachRuleAloneIsTheFirstOfItsPackets) {
  // Every rule matches one port; the packet for it must find it at every position, and the default
  // elsewhere.
  RulesBench bench(3);
  card::RuleGeneration generation;
  generation.configuration_version = 7;
  generation.otherwise = Action::kDrop;
  for (size_t i = 0; i < kRules; ++i) {
    card::Rule rule;
    rule.destination_port = {static_cast<uint16_t>(1000 + i), 0xffff};
    rule.action = i % 2 != 0 ? Action::kPunt : Action::kForward;
    generation.rules.push_back(rule);
  }
  bench.load(generation, kRules);
  for (size_t i = 0; i <= kRules; ++i) {
    RulePacket packet;
    packet.key.destination_port = static_cast<uint16_t>(1000 + i);
    bench.next_packet = [&] { return packet; };
    bench.tick();
    bench.next_packet = [] { return std::nullopt; };
    bench.ticks(kRulesLatency - 1);
    ASSERT_EQ(bench.table->result_hit_o != 0, i < kRules);
    if (i < kRules) {
      ASSERT_EQ(bench.table->result_rule_o, i);
    }
    bench.tick();
  }
}

TEST(RulesTable, APacketInFlightIsJudgedWhollyByOneGeneration) {
  // Generations that differ in everything, swapped as fast as the table allows; RulesBench compares
  // each packet's action and version with those of the generation that was active when it entered.
  RulesBench bench(4);
  std::array<card::RuleGeneration, 2> generations;
  for (uint32_t g = 0; g < 2; ++g) {
    generations[g].configuration_version = 100 + g;
    generations[g].otherwise = g == 0 ? Action::kForward : Action::kDrop;
    card::Rule rule;
    rule.protocol = 6;
    rule.action = g == 0 ? Action::kDrop : Action::kPunt;
    generations[g].rules.assign(33 * (1 - g) + 1, rule);
  }
  pour_packets(bench);
  for (const auto& generation : generations) {
    bench.write(card::RuleImage::compile(generation, kRules).value());
    bench.commit(card::RuleImage::compile(generation, kRules).value(), generation);
  }
  // Both memories are loaded now: only the roles change.
  for (int i = 0; i < 200 && !HasFatalFailure(); ++i) {
    const auto& generation = generations[i % 2];
    bench.commit(card::RuleImage::compile(generation, kRules).value(), generation);
    bench.ticks(bench.random() % 12);
  }
}

TEST(RulesTable, LoadingWaitsForPacketsOfTheOldGeneration) {
  RulesBench bench(5);
  pour_packets(bench);
  const auto generation = bench.random_generation(40, 1);
  bench.load(generation, kRules);
  EXPECT_EQ(bench.table->load_ready_o, 0);
  uint64_t clocks = 0;
  while (bench.table->load_ready_o == 0 && clocks < 100) {
    bench.tick();
    ++clocks;
  }
  EXPECT_LE(clocks, kRulesLatency);
}

TEST(RulesTable, WordsOfTheShadowAreNotSeenBeforeTheCommit) {
  RulesBench bench(6);
  pour_packets(bench);
  bench.load(bench.random_generation(kRules, 1), kRules);
  bench.write(card::RuleImage::compile(bench.random_generation(kRules, 2), kRules).value());
  bench.ticks(1000);
  EXPECT_EQ(bench.table->version_o, 1U);
}

TEST(RulesTable, AShorterGenerationHidesTheRestOfAnOlderOne) {
  RulesBench bench(7);
  pour_packets(bench);
  for (const size_t rules : {kRules, kRules, size_t{1}, size_t{33}, size_t{0}, size_t{64}}) {
    bench.load(bench.random_generation(rules, static_cast<uint32_t>(rules)), kRules);
    bench.ticks(500);
  }
}

TEST(RulesTable, AHiddenFieldThatARuleAsksForMeansPunt) {
  RulesBench bench(8);
  card::RuleGeneration generation;
  generation.otherwise = Action::kForward;
  card::Rule rule;
  rule.protocol = 6;
  rule.destination_port = {443, 0xffff};
  rule.action = Action::kDrop;
  generation.rules.push_back(rule);
  bench.load(generation, kRules);
  const auto answer = [&](FrameKind kind, uint8_t version, uint8_t protocol) {
    RulePacket packet;
    packet.kind = kind;
    packet.key.source.version = packet.key.destination.version = version;
    packet.key.protocol = protocol;
    bench.next_packet = [&] { return packet; };
    bench.tick();
    bench.next_packet = [] { return std::nullopt; };
    bench.ticks(kRulesLatency - 1);
    const auto action = static_cast<Action>(bench.table->result_action_o);
    bench.tick();
    return action;
  };
  EXPECT_EQ(answer(FrameKind::kFragment, 4, 6), Action::kPunt);
  EXPECT_EQ(answer(FrameKind::kFragment, 6, 6), Action::kPunt);
  EXPECT_EQ(answer(FrameKind::kFragment, 4, 17), Action::kForward);
  EXPECT_EQ(answer(FrameKind::kExtensionHeader, 6, 0), Action::kPunt);
  EXPECT_EQ(answer(FrameKind::kNotIp, 0, 0), Action::kForward);
}

TEST(RulesTable, ResetGoesBackToForwardingEverything) {
  RulesBench bench(9);
  card::RuleGeneration generation;
  generation.otherwise = Action::kDrop;
  generation.configuration_version = 5;
  generation.rules.resize(3);
  generation.rules[0].action = Action::kDrop;
  // Both memories are left with a rule that matches everything.
  bench.load(generation, kRules);
  bench.load(generation, kRules);
  EXPECT_EQ(bench.table->version_o, 5U);
  bench.table.reset();
  EXPECT_EQ(bench.table->version_o, 0U);
  bench.table->lookup_valid_i = 1;
  put_flow_key(bench.table->lookup_key_i, bench.random_packet().key);
  bench.table.ticks(kRulesLatency + 1);
  EXPECT_EQ(bench.table->result_action_o, static_cast<uint8_t>(Action::kForward));
  EXPECT_EQ(bench.table->result_hit_o, 0);
}

}  // namespace
}  // namespace vitrine::bench
