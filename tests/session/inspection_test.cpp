// Decrypted connections: handed over, relayed, refused, ended.
#include "tests/session/inspection_world.h"

namespace vitrine::session {
namespace {

using card::Port;
using test::CertBuilder;
using test::PacketBuilder;
using test::TcpEnd;
using tls::test::SslPeer;

TEST_F(InspectionTest, IsDecryptedAndHandedToTheCard) {
  for (const uint16_t version : tls::test::kBothVersions) {
    if (engine_ == nullptr) {
      start();
    }
    connect(version);
    ASSERT_TRUE(spliced()) << version;
    EXPECT_TRUE(near_->done() && far_->done());
    const UniqueX509 seen(SSL_get1_peer_certificate(near_->ssl.ssl()));
    ASSERT_NE(seen, nullptr);
    EXPECT_EQ(trust::issuer_of(seen.get()), trust::subject_of(ca_.certificate.get()));
    ASSERT_EQ(card_.installed.size(), 1U);
    const card::FlowSpec& spec = card_.installed.at(card_.only_flow());
    EXPECT_EQ(spec.action, card::Action::kSplice);
    ASSERT_TRUE(spec.splice.has_value());
    EXPECT_EQ(static_cast<uint16_t>(spec.splice->version), version);
    EXPECT_EQ(spec.splice->directions[0].next_in.has_value(), version == 0x0304);
    EXPECT_GE(received_.size(), 2U) << "a fresh acknowledgement each way, through the card";
    received_.clear();
    card::FlowEvent closed;
    closed.flow = card_.only_flow();
    card_.installed.clear();
    engine_->on_event(closed);
    EXPECT_TRUE(nothing_left());
  }
  EXPECT_EQ(events(events::EventType::kTlsEstablished).size(), 2U);
  const auto ended = events(events::EventType::kTlsClosed);
  ASSERT_EQ(ended.size(), 2U);
  EXPECT_EQ(ended[0].inspection.handling, "spliced");
  EXPECT_EQ(count("handovers"), 2U);
}

TEST_F(InspectionTest, IsRelayedWhereTheCardRefusesIt) {
  card_.install_answer = Status(Code::kInvalidArgument, "not this one");
  start();
  connect();
  ASSERT_TRUE(relayed());
  EXPECT_EQ(engine_->snapshot(1).rows[0].relay_reason, "the card: not this one");
  near_->ssl.write("question");
  far_->ssl.write("an answer");
  EXPECT_TRUE(
      run_until([&] { return far_->received == "question" && near_->received == "an answer"; }));
  EXPECT_EQ(count("handovers_failed"), 1U);
  near_->tcp.finish();
  ASSERT_TRUE(run_until([&] { return far_->tcp.finished(); }));
  far_->tcp.finish();
  EXPECT_TRUE(run_until([&] { return near_->tcp.finished(); }));
  EXPECT_TRUE(nothing_left());
  const auto ended = events(events::EventType::kTlsClosed);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].inspection.handling, "relayed");
  EXPECT_EQ(ended[0].inspection.close_reason, "closed by both ends");
  EXPECT_EQ(ended[0].inspection.host_payload_bytes, 17U);
}

// What is let through must not keep what is inspected from the card.
TEST_F(InspectionTest, AFullCardMakesRoomForASplice) {
  card_.max_flows = 1;
  decide("do-not-decrypt");
  start();
  connect();
  ASSERT_TRUE(run_until([&] { return flows(api::FlowState::kBypassed) == 1; }));
  use_policy("live_connections: leave\ndecryption: [{name: all, action: decrypt}]\n");
  connect();
  ASSERT_TRUE(run_until([&] {
    clock_.advance_ms(1);
    return flows(api::FlowState::kSpliced) == 1;
  }));
  EXPECT_EQ(count("bypasses_demoted"), 1U);
  EXPECT_EQ(count("handovers_retried"), 1U);
  EXPECT_EQ(flows(api::FlowState::kBypassed), 1U);
}

TEST_F(InspectionTest, FullForGoodMeansRelay) {
  card_.install_answer = Status(Code::kExhausted, "full");
  start();
  connect();
  ASSERT_TRUE(run_until([&] {
    clock_.advance_ms(50);
    const Snapshot now = engine_->snapshot(1);
    return now.rows.size() == 1 && now.rows[0].relay_reason == "the card: full";
  }));
  EXPECT_EQ(count("handovers_retried"), config_.handover_attempts - 1);
  near_->ssl.write("question");
  EXPECT_TRUE(run_until([&] { return far_->received == "question"; }));
}

TEST_F(InspectionTest, UntrustedServerIsNotConnectedToTheClient) {
  certificate_ = CertBuilder("/CN=server").dns(kServerName).self_signed();
  start();
  connect();
  ASSERT_TRUE(run_until([&] {
    return near_->ssl.error().find("internal error") != std::string::npos;
  })) << near_->ssl.error();
  const auto told = events(events::EventType::kTlsAbort);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].inspection.cause, events::Cause::kCertificateSelfSigned);
  EXPECT_EQ(told[0].inspection.leg, events::Leg::kServer);
  EXPECT_EQ(count("handshakes_failed"), 1U);
}

// The client does not take the forged leaf: after the policy's number of times it is left alone.
TEST_F(InspectionTest, PinnedClientsAreExcludedAfterTheirFailures) {
  use_policy(
      "undecryptable: {pinned: do-not-decrypt, exclude_after: 2, exclude_for_hours: 1}\n"
      "decryption: [{name: all, action: decrypt}]\n");
  start();
  for (uint64_t failures = 1; failures <= 2; ++failures) {
    EXPECT_TRUE(engine_->exclusions().empty());
    connect();
    SSL_set_verify(near_->ssl.ssl(), SSL_VERIFY_PEER, nullptr);
    ASSERT_TRUE(run_until([&] { return count("handshakes_failed") == failures; }));
  }
  ASSERT_EQ(engine_->exclusions().size(), 1U);
  EXPECT_EQ(engine_->exclusions()[0].cause, "pinned");
  EXPECT_EQ(engine_->exclusions()[0].client, "192.0.2.1");
  EXPECT_EQ(engine_->exclusions()[0].server_name, kServerName);
  connect();
  ASSERT_TRUE(run_until([&] { return flows(api::FlowState::kBypassed) == 1; }));
  const auto told = events(events::EventType::kFlowBypassed);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].inspection.message, "excluded: pinned");
  clock_.advance_ms(3'600'000);
  EXPECT_TRUE(engine_->exclusions().empty()) << "it expires";
  EXPECT_EQ(engine_->clear_exclusions(), 0U);
}

TEST_F(InspectionTest, WherePinnedIsBlockedNobodyIsExcluded) {
  use_policy("undecryptable: {exclude_after: 1}\ndecryption: [{name: all, action: decrypt}]\n");
  start();
  connect();
  SSL_set_verify(near_->ssl.ssl(), SSL_VERIFY_PEER, nullptr);
  ASSERT_TRUE(run_until([&] { return count("handshakes_failed") == 1; }));
  EXPECT_TRUE(engine_->exclusions().empty());
}

// A commit ends what is on the card and would be treated otherwise.
TEST_F(InspectionTest, CommitClosesASpliceThatItWouldLeaveAlone) {
  start();
  connect();
  ASSERT_TRUE(spliced());
  card_saw_traffic();
  use_policy("decryption: [{name: other, action: decrypt}]\n");
  EXPECT_EQ(flows(api::FlowState::kSpliced), 1U) << "decrypted as before";
  use_policy("decryption: [{name: alone, action: do-not-decrypt}]\n");
  EXPECT_EQ(flows(api::FlowState::kSpliced), 0U);
  EXPECT_TRUE(run_until([&] { return near_->tcp.was_reset() && far_->tcp.was_reset(); }));
  const auto ended = events(events::EventType::kTlsClosed);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].inspection.cause, events::Cause::kPolicyChanged);
  EXPECT_EQ(ended[0].policy.decryption_rule, "alone");
  EXPECT_EQ(ended[0].transaction.configuration_version, 3U);
}

TEST_F(InspectionTest, StrictRulesMakeStrictSplices) {
  use_policy("decryption: [{name: all, action: decrypt, strict: true}]\n");
  start();
  connect();
  ASSERT_TRUE(spliced());
  for (const auto& direction : card_.installed.at(card_.only_flow()).splice->directions) {
    EXPECT_TRUE(direction.strict);
  }
}

TEST_F(InspectionTest, SilentServerEndsTheHandshakeInTime) {
  start();
  connect();
  far_->talking = false;
  ASSERT_TRUE(run_until([&] { return flows(api::FlowState::kHandshake) == 1; }));
  clock_.advance_ms(config_.handshake_timeout_ms);
  ASSERT_TRUE(run_until([&] { return count("handshakes_failed") == 1; }));
  EXPECT_TRUE(run_until([&] { return !near_->ssl.error().empty(); })) << "the client hears of it";
  const auto told = events(events::EventType::kTlsAbort);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].inspection.cause, events::Cause::kServerTimeout);
}

TEST_F(InspectionTest, ServerThatResetsIsNamed) {
  start();
  connect();
  far_->talking = false;
  ASSERT_TRUE(run_until([&] { return flows(api::FlowState::kHandshake) == 1; }));
  ASSERT_TRUE(run_until([&] { return !far_->tcp.take_received().empty(); }));
  far_->tcp.reset();
  ASSERT_TRUE(run_until([&] { return count("handshakes_failed") == 1; }));
  const auto told = events(events::EventType::kTlsAbort);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].inspection.cause, events::Cause::kServerReset);
}

TEST_F(InspectionTest, ResetOfARelayedConnectionReachesTheOtherEnd) {
  card_.install_answer = Status(Code::kInvalidArgument, "not this one");
  start();
  connect();
  ASSERT_TRUE(relayed());
  near_->tcp.reset();
  EXPECT_TRUE(run_until([&] { return far_->tcp.was_reset(); }));
  EXPECT_TRUE(nothing_left());
  const auto ended = events(events::EventType::kTlsClosed);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].inspection.close_reason, "reset by the client");
}

TEST_F(InspectionTest, SilentRelayedConnectionEnds) {
  card_.install_answer = Status(Code::kInvalidArgument, "not this one");
  start();
  connect();
  ASSERT_TRUE(relayed());
  clock_.advance_ms(config_.idle_timeout_ms);
  EXPECT_TRUE(run_until([&] { return near_->tcp.was_reset() && far_->tcp.was_reset(); }));
  const auto ended = events(events::EventType::kTlsClosed);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].inspection.cause, events::Cause::kIdleTimeout);
}

class KeyUpdateTest : public InspectionTest {
 protected:
  void SetUp() override {
    start();
    connect();
    ASSERT_TRUE(spliced());
    card_saw_traffic();
  }
  void key_update() {
    card::FlowEvent event;
    event.type = card::FlowEvent::Type::kKeyUpdate;
    event.flow = card_.only_flow();
    engine_->on_event(event);
  }
};

TEST_F(KeyUpdateTest, BringsTheCardTheNextGeneration) {
  key_update();
  EXPECT_EQ(card_.key_updates, 1U);
  EXPECT_EQ(count("key_updates"), 1U);
  EXPECT_EQ(flows(api::FlowState::kSpliced), 1U);
}

TEST_F(KeyUpdateTest, ThatTheCardDoesNotTakeEndsTheFlowWithItsCause) {
  card_.update_keys_answer = Status(Code::kInternal, "no memory for keys");
  key_update();
  EXPECT_TRUE(card_.installed.empty());
  EXPECT_EQ(flows(api::FlowState::kSpliced), 0U);
  EXPECT_TRUE(run_until([&] { return near_->tcp.was_reset() && far_->tcp.was_reset(); }));
  const auto told = events(events::EventType::kTlsAbort);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].inspection.cause, events::Cause::kKeysFailed);
  EXPECT_EQ(told[0].inspection.handling, "spliced");
  EXPECT_EQ(told[0].inspection.card_packets, 6U);
  EXPECT_EQ(told[0].inspection.close_reason, "no memory for keys");
}

// The flow may close between the KeyUpdate and the host's answer: its closed event tells.
TEST_F(KeyUpdateTest, OfAFlowThatHasEndedIsNoFailure) {
  for (const Code code : {Code::kUnavailable, Code::kNotFound}) {
    card_.update_keys_answer = Status(code, "it has ended");
    key_update();
    EXPECT_EQ(flows(api::FlowState::kSpliced), 1U);
  }
  EXPECT_TRUE(events(events::EventType::kTlsAbort).empty());
}

TEST_F(KeyUpdateTest, DrainEndsSplicedFlowsAndSaysWhy) {
  bool drained = false;
  engine_->drain(1000, [&] { drained = true; });
  EXPECT_TRUE(run_until([&] {
    clock_.advance_ms(1);
    return drained;
  }));
  EXPECT_TRUE(near_->tcp.was_reset() && far_->tcp.was_reset());
  const auto ended = events(events::EventType::kTlsClosed);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].inspection.cause, events::Cause::kShutdown);
  EXPECT_EQ(ended[0].inspection.close_reason, "the appliance stopped");
}

// Denies what has a method PUT.
struct NoUploads : inspect::AccessJudge {
  inspect::Judgement on_request(const inspect::Transaction& transaction) override {
    return {transaction.method == "PUT" ? inspect::Judgement::Word::kDeny
                                        : inspect::Judgement::Word::kAllow,
            "no-uploads"};
  }
  inspect::Judgement on_response(const inspect::Transaction&) override { return {}; }
  inspect::Judgement without_http() override { return {}; }
};

TEST_F(InspectionTest, WhereRulesNeedTheContentItStaysOnTheHostAndIsJudged) {
  http_judge_ = [](const FlowFacts&) { return std::make_unique<NoUploads>(); };
  start();
  connect();
  ASSERT_TRUE(relayed());
  near_->ssl.write("GET / HTTP/1.1\r\nHost: server.test\r\n\r\n");
  ASSERT_TRUE(run_until([&] { return far_->received.ends_with("\r\n\r\n"); }));
  far_->ssl.write("HTTP/1.1 204 No Content\r\n\r\n");
  ASSERT_TRUE(run_until([&] { return near_->received.ends_with("\r\n\r\n"); }));
  far_->received.clear();
  near_->received.clear();
  near_->ssl.write("PUT /x HTTP/1.1\r\nHost: server.test\r\nContent-Length: 6\r\n\r\nsecret");
  ASSERT_TRUE(run_until([&] { return near_->received.find("no-uploads") != std::string::npos; }))
      << near_->received;
  EXPECT_TRUE(near_->received.starts_with("HTTP/1.1 403 Forbidden\r\n"));
  EXPECT_EQ(far_->received, "") << "nothing of the denied request reached the server";
  EXPECT_TRUE(card_.installed.empty());
  const auto denied = events(events::EventType::kFlowDeny);
  ASSERT_EQ(denied.size(), 1U);
  EXPECT_EQ(denied[0].policy.access_rule, "no-uploads");
  EXPECT_EQ(denied[0].destination.url, "https://server.test/x");
  EXPECT_EQ(denied[0].inspection.http_method, "PUT");
  EXPECT_EQ(events(events::EventType::kHttpComplete).size(), 1U);
  EXPECT_EQ(count("http_denied"), 1U);
}

constexpr const char* kNoUploads =
    "decryption: [{name: all, action: decrypt}]\n"
    "access: [{name: no-uploads, http: {method: [PUT]}, action: deny}]\n";

TEST_F(InspectionTest, AccessRulesOfThePolicyInForceJudgeTheContent) {
  use_policy(kNoUploads);
  config_.inspect_content = false;  // the rules need it all the same
  start();
  connect();
  ASSERT_TRUE(relayed());
  EXPECT_TRUE(card_.installed.empty());
  near_->ssl.write("PUT /x HTTP/1.1\r\nHost: server.test\r\nContent-Length: 6\r\n\r\nsecret");
  ASSERT_TRUE(run_until([&] { return near_->received.find("no-uploads") != std::string::npos; }))
      << near_->received;
  EXPECT_EQ(far_->received, "") << "nothing of the denied request reached the server";
  const auto denied = events(events::EventType::kFlowDeny);
  ASSERT_EQ(denied.size(), 1U);
  EXPECT_EQ(denied[0].policy.access_rule, "no-uploads");
}

TEST_F(InspectionTest, ACommitChangesTheRulesOnContentOfLiveConnections) {
  use_policy(
      "decryption: [{name: all, action: decrypt}]\n"
      "access: [{name: no-deletes, http: {method: [DELETE]}, action: deny}]\n");
  start();
  connect();
  ASSERT_TRUE(relayed());
  near_->ssl.write("PUT / HTTP/1.1\r\nHost: server.test\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(run_until([&] { return far_->received.ends_with("\r\n\r\n"); }));
  far_->ssl.write("HTTP/1.1 204 No Content\r\n\r\n");
  ASSERT_TRUE(run_until([&] { return near_->received.ends_with("\r\n\r\n"); }));
  use_policy(kNoUploads);
  EXPECT_EQ(flows(api::FlowState::kRelayed), 1U) << "it goes on, under the new rules";
  near_->ssl.write("PUT /x HTTP/1.1\r\nHost: server.test\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(run_until([&] { return near_->received.find("no-uploads") != std::string::npos; }))
      << near_->received;
}

TEST_F(InspectionTest, ACommitWithRulesOnContentEndsWhatTheCardHas) {
  start();
  connect();
  ASSERT_TRUE(spliced());
  card_saw_traffic();
  use_policy(kNoUploads);
  EXPECT_EQ(flows(api::FlowState::kSpliced), 0U) << "nobody can hold its requests";
  const auto ended = events(events::EventType::kTlsClosed);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].inspection.cause, events::Cause::kPolicyChanged);
}

TEST_F(InspectionTest, TheTapOfASpliceBecomesTransactions) {
  start();
  connect();
  ASSERT_TRUE(spliced());
  const card::FlowId flow = card_.only_flow();
  const card::Splice& splice = *card_.installed.at(flow).splice;
  EXPECT_EQ(splice.directions[0].tap, card::TapMode::kAll);
  const auto tell = [&](card::Direction direction, std::string_view text) {
    const uint64_t record = splice.directions[card::index(direction)].in_record;
    engine_->on_tap_bytes({flow, direction, record, 0, as_bytes(text)});
    engine_->on_tap_record({flow, direction, record, true, 23, static_cast<uint32_t>(text.size())});
  };
  tell(card::Direction::kFromInside, "GET /t HTTP/1.1\r\nHost: server.test\r\n\r\n");
  tell(card::Direction::kFromOutside, "HTTP/1.1 204 No Content\r\n\r\n");
  const auto told = events(events::EventType::kHttpComplete);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].destination.url, "https://server.test/t");
  EXPECT_EQ(told[0].inspection.handling, "spliced");
  // A hole: it says so, once, and guesses nothing.
  engine_->on_tap_record(
      {flow, card::Direction::kFromInside, splice.directions[0].in_record + 1, true, 23, 100});
  const auto stopped = events(events::EventType::kInspectionStopped);
  ASSERT_EQ(stopped.size(), 1U);
  EXPECT_EQ(stopped[0].inspection.close_reason, "the card's tap lost bytes of a record");
  EXPECT_EQ(count("inspections_stopped"), 1U);
}

}  // namespace
}  // namespace vitrine::session
