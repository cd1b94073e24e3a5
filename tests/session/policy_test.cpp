// The policy in force at work: what is asked of it, which rule an event names, and what a commit
// does to live connections.
#include "tests/session/engine_driver.h"

namespace vitrine::session {
namespace {

using card::Port;

class PolicyInForce : public EngineDriver {};

TEST_F(PolicyInForce, AccessDenyByAddressResetsTheClientAtItsSyn) {
  use_policy(
      "identity: [{name: desk, source: 192.0.2.1, user: ada}]\nusers: [ada]\n"
      "access: [{name: no-lab, destination: 198.51.100.0/24, action: deny}]\n");
  start();
  syn(1);
  const Left reset = left();
  EXPECT_EQ(reset.resets(true), 1U);
  EXPECT_TRUE(reset.outside.empty()) << "the server hears nothing";
  EXPECT_EQ(flows(api::FlowState::kOpening), 0U);
  const auto told = events(events::EventType::kFlowDeny);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].policy.access_rule, "no-lab");
  EXPECT_EQ(told[0].policy.identity_rule, "desk");
  EXPECT_EQ(told[0].source.user, "ada");
  EXPECT_EQ(told[0].transaction.configuration_version, 1U);
  EXPECT_EQ(told[0].destination.service, "tcp/443");
}

TEST_F(PolicyInForce, RulesByServerNameAreDecidedWithTheHello) {
  use_policy(
      "decryption:\n  - {name: bank, sni: .server.test, action: do-not-decrypt}\n"
      "  - {name: rest, action: block}\n");
  start();
  open(1);
  data(1, whole_hello());
  open(2);
  data(2, whole_hello("other.test"));
  EXPECT_EQ(flows(api::FlowState::kBypassed), 1U);
  const auto bypassed = events(events::EventType::kFlowBypassed);
  ASSERT_EQ(bypassed.size(), 1U);
  EXPECT_EQ(bypassed[0].policy.decryption_rule, "bank");
  const auto denied = events(events::EventType::kFlowDeny);
  ASSERT_EQ(denied.size(), 1U);
  EXPECT_EQ(denied[0].policy.decryption_rule, "rest");
  EXPECT_EQ(denied[0].tls.requested_domain, "other.test");
}

TEST_F(PolicyInForce, PlainTextIsJudgedAsWhatNeverShowsAName) {
  use_policy(
      "decryption: [{name: all, action: decrypt}]\n"
      "access: [{name: no-telnet, service: tcp/23, action: deny}]\n");
  start();
  open(1);
  plain_text(1);
  EXPECT_EQ(flows(api::FlowState::kBypassed), 1U);
  use_policy(
      "decryption: [{name: named, sni: server.test, action: decrypt},"
      " {name: rest, action: block}]\n");
  open(2);
  plain_text(2);
  EXPECT_EQ(events(events::EventType::kFlowDeny).size(), 2U) << "and the first one, by the commit";
  EXPECT_EQ(flows(api::FlowState::kBypassed), 0U);
}

TEST_F(PolicyInForce, QuicToDecryptedServersIsDeniedAndToldOnce) {
  start();
  for (int i = 0; i < 5; ++i) {
    punt(Port::kInside, client(1).udp().payload_of(1200).build());
  }
  EXPECT_TRUE(card_.take_injected().empty());
  EXPECT_EQ(count("denied"), 5U);
  EXPECT_EQ(count("denials_not_told"), 4U);
  const auto told = events(events::EventType::kFlowDeny);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].destination.service, "udp/443");
  EXPECT_EQ(told[0].policy.access_rule, "quic");
  EXPECT_EQ(told[0].application.name, "QUIC");
}

TEST_F(PolicyInForce, QuicToBypassedServersPasses) {
  decide("do-not-decrypt");
  start();
  punt(Port::kInside, client(1).udp().payload_of(1200).build());
  EXPECT_EQ(card_.take_injected().size(), 1U);
}

TEST_F(PolicyInForce, ManyDenialsAreCountedAndAHundredASecondTold) {
  use_policy("access: [{name: nothing, action: deny}]\n");
  start();
  for (uint16_t i = 0; i < 300; ++i) {
    punt(Port::kInside,
         test::PacketBuilder().from("192.0.2.1", 1).to("198.51.100.7", i).syn(1).build());
  }
  EXPECT_EQ(count("denied"), 300U);
  EXPECT_EQ(events(events::EventType::kFlowDeny).size(), 100U);
}

TEST_F(PolicyInForce, UnreadableHelloPassesWherePolicySaysSo) {
  use_policy(
      "undecryptable: {unknown_hello: do-not-decrypt}\ndecryption: [{name: all, action: "
      "decrypt}]\n");
  start();
  open(1);
  std::vector<uint8_t> hello = whole_hello();
  hello[5] = 2;
  data(1, hello);
  EXPECT_EQ(flows(api::FlowState::kBypassed), 1U);
  EXPECT_EQ(count("undecryptable"), 1U);
  EXPECT_EQ(events(events::EventType::kFlowBypassed).size(), 1U);
}

TEST_F(PolicyInForce, CardRulesCarryTheVersionAndPuntWhatIsDenied) {
  start();
  use_policy("access: [{name: nothing, service: tcp, action: deny}]\n");
  EXPECT_EQ(card_.generation.configuration_version, 2U);
  ASSERT_FALSE(card_.generation.rules.empty());
  EXPECT_EQ(card_.generation.rules[0].action, card::Action::kPunt);
}

TEST_F(PolicyInForce, WhatTheCardRefusesChangesNothing) {
  start();
  const PolicyPtr before = engine_->policy();
  card_.load_answer = Status(Code::kExhausted, "no room");
  EXPECT_FALSE(engine_->adopt(std::make_shared<ActivePolicy>(*before), {}));
  EXPECT_EQ(engine_->policy(), before);
}

TEST_F(PolicyInForce, CommitClosesABypassThatItWouldDecrypt) {
  decide("do-not-decrypt");
  start();
  open(1);
  data(1, whole_hello());
  ASSERT_EQ(flows(api::FlowState::kBypassed), 1U);
  card_.stats.directions[0] = {3, 300, 200, 200, 0, isn(1) + 201, kServerIsn + 101};
  card_.stats.directions[1] = {3, 300, 100, 100, 0, kServerIsn + 101, isn(1) + 201};
  left();
  use_policy("decryption: [{name: all, action: decrypt}]\n");
  EXPECT_EQ(flows(api::FlowState::kBypassed), 0U);
  EXPECT_TRUE(card_.installed.empty());
  const Left reset = left();
  ASSERT_EQ(reset.resets(true), 1U);
  ASSERT_EQ(reset.resets(false), 1U);
  EXPECT_EQ(reset.inside[0].sequence, kServerIsn + 101);
  EXPECT_EQ(reset.outside[0].sequence, isn(1) + 201);
  EXPECT_EQ(count("closed_by_policy"), 1U);
  const auto told = events(events::EventType::kFlowDeny);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].inspection.cause, events::Cause::kPolicyChanged);
  EXPECT_EQ(told[0].policy.decryption_rule, "all");
  EXPECT_EQ(told[0].transaction.configuration_version, 2U);
}

TEST_F(PolicyInForce, CommitLeavesThemWhereTheOperatorChoseSo) {
  decide("do-not-decrypt");
  start();
  open(1);
  data(1, whole_hello());
  use_policy("live_connections: leave\ndecryption: [{name: all, action: decrypt}]\n");
  EXPECT_EQ(flows(api::FlowState::kBypassed), 1U);
  EXPECT_EQ(count("closed_by_policy"), 0U);
}

TEST_F(PolicyInForce, TimesOfDayChangeTheRulesByThemselves) {
  // 1970-01-01 was a Thursday; test::kNow is some minute of some day.
  use_policy(
      "times: {day: {from: \"00:00\", to: \"12:00\"}}\n"
      "decryption: [{name: morning, time: day, action: do-not-decrypt},"
      " {name: rest, action: block}]\n");
  constexpr int64_t kDayMs = 86'400'000;
  clock_.set_wall_ms(clock_.wall_ms() / kDayMs * kDayMs + 1000);
  start();
  use_policy(
      "times: {day: {from: \"00:00\", to: \"12:00\"}}\n"
      "decryption: [{name: morning, time: day, action: do-not-decrypt},"
      " {name: rest, action: block}]\n");
  open(1);
  data(1, whole_hello());
  EXPECT_EQ(flows(api::FlowState::kBypassed), 1U);
  clock_.set_wall_ms(clock_.wall_ms() + kDayMs / 2);
  clock_.advance_ms(2000);
  tick();
  EXPECT_EQ(flows(api::FlowState::kBypassed), 0U);
  syn(2);
  EXPECT_EQ(flows(api::FlowState::kOpening), 0U) << "blocked at once";
}

}  // namespace
}  // namespace vitrine::session
