// The engine, packet by packet, before anything is decrypted: openings, decisions, bypasses, what
// gives way when a table is full, and what the clock ends.
#include "host/session/engine.h"

#include "tests/session/engine_driver.h"

namespace vitrine::session {
namespace {

using card::Port;
using test::PacketBuilder;

class EngineTest : public EngineDriver {};

TEST_F(EngineTest, HandshakePassesUnchangedAndIsCounted) {
  start();
  open(1);
  const Left passed = left();
  ASSERT_EQ(passed.outside.size(), 2U);
  ASSERT_EQ(passed.inside.size(), 1U);
  EXPECT_TRUE(passed.outside[0].has(wire::kSyn));
  EXPECT_EQ(passed.outside[0].sequence, isn(1));
  EXPECT_EQ(passed.inside[0].acknowledgement, isn(1) + 1);
  EXPECT_EQ(flows(api::FlowState::kOpening), 1U);
  EXPECT_EQ(count("connections"), 1U);
}

TEST_F(EngineTest, BypassedConnectionGoesToTheCardWithItsHello) {
  decide("do-not-decrypt");
  start();
  open(1);
  left();
  data(1, whole_hello());
  ASSERT_EQ(card_.installed.size(), 1U);
  const card::FlowSpec& spec = card_.installed.at(card_.only_flow());
  EXPECT_EQ(spec.action, card::Action::kForward);
  EXPECT_EQ(spec.key, client(1).key(Port::kInside));
  EXPECT_EQ(spec.idle_timeout_ms, config_.idle_timeout_ms);
  EXPECT_TRUE(left().outside.empty());
  EXPECT_EQ(taken_by_the_card(), 1U) << "the card must see what was held";
  EXPECT_EQ(flows(api::FlowState::kBypassed), 1U);
  const auto told = events(events::EventType::kFlowBypassed);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].tls.requested_domain, "server.test");
  EXPECT_EQ(told[0].policy.decryption_rule, "the-rule");
  card::FlowEvent closed;
  closed.flow = card_.only_flow();
  engine_->on_event(closed);
  EXPECT_EQ(flows(api::FlowState::kBypassed), 0U);
}

TEST_F(EngineTest, DeniedConnectionIsResetAtBothEnds) {
  use_policy("decryption: [{name: the-rule, sni: server.test, action: block}]\n");
  start();
  open(1);
  left();
  data(1, whole_hello());
  const Left reset = left();
  EXPECT_EQ(reset.resets(true), 1U);
  EXPECT_EQ(reset.resets(false), 1U);
  EXPECT_EQ(reset.inside[0].acknowledgement, isn(1) + 1 + whole_hello().size())
      << "a reset that the client believes";
  EXPECT_EQ(events(events::EventType::kFlowDeny).size(), 1U);
  EXPECT_EQ(flows(api::FlowState::kOpening), 0U);
}

TEST_F(EngineTest, BadHelloIsResetWithAnEvent) {
  start();
  open(1);
  std::vector<uint8_t> hello = whole_hello();
  hello[5] = 2;
  data(1, hello);
  EXPECT_EQ(left().resets(true), 1U);
  const auto told = events(events::EventType::kTlsAbort);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].inspection.cause, events::Cause::kClientBadHello);
}

TEST_F(EngineTest, PacketsOfUnknownConnectionsAreResetOrPass) {
  start();
  punt(Port::kInside, from_client(1).payload("x").build());
  Left reset = left();
  EXPECT_EQ(reset.resets(true), 1U);
  EXPECT_TRUE(reset.outside.empty());
  EXPECT_EQ(count("midstream"), 1U);
}

TEST_F(EngineTest, WhereFailingOpenUnknownConnectionsPass) {
  config_.reset_midstream = false;
  start();
  punt(Port::kInside, from_client(1).payload("x").build());
  const Left passed = left();
  EXPECT_EQ(passed.outside.size(), 1U);
  EXPECT_TRUE(passed.inside.empty());
}

TEST_F(EngineTest, QuicDoesNotPassInFragments) {
  start();
  const auto quic = client(1).udp().fragment(0, true).payload_of(1200).build();
  punt(Port::kInside, quic, card::PuntReason::kFragment);
  EXPECT_TRUE(card_.take_injected().empty());
  EXPECT_EQ(count("fragments_dropped"), 1U);
  EXPECT_EQ(events(events::EventType::kFlowDeny).size(), 1U);
}

TEST_F(EngineTest, QuicPassesInFragmentsWhereItIsNotBlocked) {
  use_policy("quic: allow\ndecryption: [{name: all, action: decrypt}]\n");
  start();
  punt(Port::kInside, client(1).udp().fragment(0, true).payload_of(1200).build(),
       card::PuntReason::kFragment);
  EXPECT_EQ(card_.take_injected().size(), 1U);
  EXPECT_EQ(count("fragments_passed"), 1U);
}

// A peer opens connections and begins a hello on each.
TEST_F(EngineTest, HeldHellosStayWithinTheirBudgetAndTheOldestGives) {
  config_.max_held_hello_bytes = 20'000;
  start();
  const std::vector<uint8_t> whole = whole_hello();
  const Bytes part = Bytes(whole).first(whole.size() - 10);
  constexpr uint16_t kConnections = 60;
  for (uint16_t port = 1; port <= kConnections; ++port) {
    open(port);
    data(port, part);
  }
  const uint64_t evicted = count("hellos_evicted");
  EXPECT_GT(evicted, 0U);
  EXPECT_LT(evicted, kConnections);
  EXPECT_EQ(flows(api::FlowState::kOpening), kConnections - evicted);
  EXPECT_EQ(left().resets(true), evicted) << "reset, not left to wait";
  const auto told = events(events::EventType::kTlsAbort);
  ASSERT_EQ(told.size(), evicted);
  for (size_t i = 0; i < told.size(); ++i) {
    EXPECT_EQ(told[i].inspection.cause, events::Cause::kResourceLimit);
    EXPECT_EQ(told[i].source.port, i + 1) << "the oldest first";
  }
  // Who finishes a hello is served all the same.
  decide("do-not-decrypt");
  open(1000);
  data(1000, whole_hello());
  EXPECT_EQ(flows(api::FlowState::kBypassed), 1U);
}

TEST_F(EngineTest, HelloThatAloneIsMoreThanTheBudgetIsReset) {
  config_.max_held_hello_bytes = 300;
  start();
  open(1);
  data(1, whole_hello());
  EXPECT_EQ(left().resets(true), 1U);
  EXPECT_EQ(count("hellos_evicted"), 1U);
  EXPECT_TRUE(card_.installed.empty());
  EXPECT_EQ(flows(api::FlowState::kOpening), 0U);
}

TEST_F(EngineTest, DecidedConnectionsGiveTheirShareBack) {
  config_.max_held_hello_bytes = 2000;
  decide("do-not-decrypt");
  start();
  for (uint16_t port = 1; port <= 50; ++port) {
    open(port);
    data(port, whole_hello());
  }
  EXPECT_EQ(count("hellos_evicted"), 0U);
  EXPECT_EQ(flows(api::FlowState::kBypassed), 50U);
}

TEST_F(EngineTest, OldestBypassGivesWayToANewConnection) {
  config_.max_flows = 3;
  start();
  for (uint16_t port = 1; port <= 3; ++port) {
    open(port);
    plain_text(port);
  }
  ASSERT_EQ(card_.installed.size(), 3U);
  const card::FlowId oldest = card_.only_flow();
  left();
  syn(4);
  EXPECT_EQ(count("bypasses_evicted"), 1U);
  EXPECT_EQ(count("flows_full"), 0U);
  EXPECT_EQ(card_.removed, std::vector{oldest});
  EXPECT_EQ(left().outside.size(), 1U) << "the SYN of the new one passes";
  punt(Port::kInside, from_client(1, 18).payload("more").build());
  EXPECT_EQ(left().resets(true), 1U) << "the forgotten one is not half alive";
}

TEST_F(EngineTest, WhereNoBypassCanGiveWayANewConnectionIsRefused) {
  config_.max_flows = 2;
  start();
  open(1);
  open(2);
  left();
  syn(3);
  EXPECT_TRUE(left().outside.empty());
  EXPECT_EQ(count("flows_full"), 1U);
}

TEST_F(EngineTest, OldestBypassLeavesAFullCardAndGoesOnThroughTheHost) {
  card_.max_flows = 2;
  start();
  for (uint16_t port = 1; port <= 3; ++port) {
    open(port);
    plain_text(port);
  }
  EXPECT_EQ(count("bypasses_demoted"), 1U);
  ASSERT_EQ(card_.installed.size(), 2U);
  EXPECT_EQ(card_.installed.rbegin()->second.key, client(3).key(Port::kInside));
  EXPECT_EQ(flows(api::FlowState::kBypassed), 3U);
  left();
  punt(Port::kInside, from_client(1, 18).payload("more").build());
  EXPECT_EQ(left().outside.size(), 1U) << "packet by packet";
  EXPECT_EQ(taken_by_the_card(), 0U);
}

TEST_F(EngineTest, BypassesOnTheHostGoWhenTheyHaveBeenSilent) {
  card_.max_flows = 0;
  start();
  open(1);
  plain_text(1);
  clock_.advance_ms(config_.idle_timeout_ms - 1000);
  tick();
  EXPECT_EQ(flows(api::FlowState::kBypassed), 1U);
  clock_.advance_ms(2000);
  tick();
  EXPECT_EQ(flows(api::FlowState::kBypassed), 0U);
}

// Signed connections (TCP-MD5) are let through at the SYN-ACK: nobody has shown yet that the client
// is there.
class UnconfirmedTest : public EngineTest {
 protected:
  void let_through_signed() {
    const std::vector<uint8_t> signature = {19, 18, 0, 1,  2,  3,  4,  5,  6,
                                            7,  8,  9, 10, 11, 12, 13, 14, 15};
    punt(Port::kInside, client(1).syn(isn(1)).tcp_option(signature).build());
    punt(Port::kOutside,
         client(1).reply().syn_ack(kServerIsn, isn(1) + 1).tcp_option(signature).build());
    ASSERT_EQ(flows(api::FlowState::kBypassed), 1U);
  }
};

TEST_F(UnconfirmedTest, TheCardForgetsThemSoon) {
  start();
  let_through_signed();
  EXPECT_EQ(card_.installed.at(card_.only_flow()).idle_timeout_ms, config_.odd_idle_timeout_ms);
}

TEST_F(UnconfirmedTest, TheHostForgetsThemSoon) {
  card_.max_flows = 0;
  start();
  let_through_signed();
  clock_.advance_ms(config_.odd_idle_timeout_ms + 1000);
  tick();
  EXPECT_EQ(flows(api::FlowState::kBypassed), 0U);
}

// The client was told that the host has its first bytes, so the host must bring them.
class EarlyAckedTest : public EngineTest {
 protected:
  // Two segments, the first of them short, so that the host acknowledges it.
  void let_through_in_two() {
    decide("do-not-decrypt");
    start();
    open(1);
    left();
    data(1, Bytes(hello_).first(100));
    const Left acked = left();
    ASSERT_EQ(acked.inside.size(), 1U);
    EXPECT_EQ(acked.inside[0].acknowledgement, isn(1) + 1 + 100);
    data(1, Bytes(hello_).subspan(100), 100);
    ASSERT_TRUE(card_.installed.empty());
  }
  void server_acks(size_t bytes) {
    punt(Port::kOutside, client(1)
                             .reply()
                             .sequence(kServerIsn + 1)
                             .ack(isn(1) + 1 + static_cast<uint32_t>(bytes))
                             .build());
  }

  std::vector<uint8_t> hello_ = whole_hello();
};

TEST_F(EarlyAckedTest, TheCardTakesOverOnceTheServerHasAll) {
  let_through_in_two();
  const Left sent = left();
  ASSERT_EQ(sent.outside.size(), 1U);
  EXPECT_EQ(sent.outside[0].payload.size(), hello_.size());
  EXPECT_EQ(sent.outside[0].sequence, isn(1) + 1);
  server_acks(hello_.size());
  EXPECT_EQ(card_.installed.size(), 1U);
}

TEST_F(EarlyAckedTest, AServerThatNeverTakesThemEndsIt) {
  let_through_in_two();
  EXPECT_TRUE(run_until([&] {
    clock_.advance_ms(100);
    return flows(api::FlowState::kBypassed) == 0;
  }));
  EXPECT_TRUE(card_.installed.empty());
  for (const auto& injected : card_.take_injected()) {
    (injected.port == Port::kInside ? out_inside_ : out_outside_).push_back(injected.frame);
  }
  ASSERT_FALSE(out_inside_.empty());
  const auto packet = wire::parse_frame(out_inside_.back(), Port::kOutside);
  ASSERT_TRUE(packet);
  EXPECT_TRUE(packet->has(wire::kRst)) << "the client is not left to wait";
  EXPECT_EQ(packet->sequence, kServerIsn + 1);
}

TEST_F(EngineTest, OldestOpeningGivesWayWhenThereAreTooMany) {
  config_.max_openings = 2;
  start();
  for (uint16_t port = 1; port <= 3; ++port) {
    open(port);
  }
  EXPECT_EQ(count("openings_evicted"), 1U);
  EXPECT_EQ(flows(api::FlowState::kOpening), 2U);
  EXPECT_EQ(left().resets(true), 1U);
}

TEST_F(EngineTest, OpeningsThatGetNowhereExpire) {
  start();
  syn(1);
  open(2);
  clock_.advance_ms(config_.half_open_timeout_ms + 1000);
  tick();
  EXPECT_EQ(flows(api::FlowState::kOpening), 1U) << "the half-open one";
  clock_.advance_ms(config_.hello_timeout_ms);
  tick();
  EXPECT_EQ(flows(api::FlowState::kOpening), 0U);
  EXPECT_EQ(count("openings_expired"), 2U);
}

TEST_F(EngineTest, FramesThatAreNoTcpDoNoHarm) {
  start();
  punt(Port::kInside, test::arp_request());
  punt(Port::kInside, {});
  EXPECT_EQ(count("unparsable_punts"), 2U);
}

TEST_F(EngineTest, DrainTakesNoNewConnectionsAndCallsBack) {
  start();
  bool drained = false;
  engine_->drain(0, [&] { drained = true; });
  syn(1);
  EXPECT_EQ(flows(api::FlowState::kOpening), 0U);
  EXPECT_TRUE(run_until([&] {
    clock_.advance_ms(1);
    return drained;
  }));
}

}  // namespace
}  // namespace vitrine::session
