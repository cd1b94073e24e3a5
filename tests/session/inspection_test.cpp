// A connection that is decrypted, from its SYN on: OpenSSL ends behind as much TCP as they need,
// the kernel's TCP and real legs in between, a fake card to hand over to.
#include "host/session/inspection.h"

#include <set>

#include "tests/session/session_world.h"
#include "tests/tls/leg_fixture.h"

namespace vitrine::session {
namespace {

using card::Port;
using test::CertBuilder;
using test::PacketBuilder;
using test::TcpEnd;
using tls::test::SslPeer;

// A TLS application over a TCP end.
struct TlsEnd {
  TcpEnd tcp;
  SslPeer ssl;
  bool talking = true;  // false: TCP only
  std::string received;

  void step() {
    if (!talking || !tcp.established()) {
      return;
    }
    const std::vector<uint8_t> bytes = tcp.take_received();
    if (!bytes.empty()) {
      ssl.feed(bytes);
    }
    if (ssl.handshake()) {
      received += ssl.read();
    }
    if (const std::vector<uint8_t> output = ssl.output(); !output.empty()) {
      tcp.send(output);
    }
  }
  bool done() const { return SSL_is_init_finished(ssl.ssl()) != 0; }
};

tls::test::Identity identity_of(const test::TestCert& certificate) {
  return {up_ref(certificate.certificate.get()), up_ref(certificate.key.get())};
}

class InspectionTest : public SessionWorld {
 protected:
  // `version` 0x0303 or 0x0304.
  void connect(uint16_t version = 0x0304) {
    // Every connection has ports of its own: a socket of one before may linger in the stack.
    static uint16_t port = 30000;
    const PacketBuilder to_server =
        PacketBuilder().from("192.0.2.1", ++port).to("198.51.100.7", 443);
    const auto versions = [version](SSL_CTX* context) {
      SSL_CTX_set_min_proto_version(context, version);
      SSL_CTX_set_max_proto_version(context, version);
    };
    near_ = std::make_unique<TlsEnd>(
        TlsEnd{TcpEnd(to_server, Port::kInside, 1000), SslPeer::client(versions), true, ""});
    SSL_set_tlsext_host_name(near_->ssl.ssl(), kServerName);
    far_ = std::make_unique<TlsEnd>(
        TlsEnd{TcpEnd(PacketBuilder(to_server).reply(), Port::kOutside, 5000),
               SslPeer::server(identity_of(certificate_), versions), true, ""});
    client_ = &near_->tcp;
    server_ = &far_->tcp;
    applications_ = [this] {
      near_->step();
      far_->step();
    };
    near_->tcp.open();
  }
  bool spliced() {
    return run_until([&] { return flows(api::FlowState::kSpliced) == 1; });
  }
  // On the host for good.
  bool relayed() {
    return run_until([&] {
      const Snapshot now = engine_->snapshot(1);
      return now.rows.size() == 1 && !now.rows[0].relay_reason.empty();
    });
  }
  bool nothing_left() {
    return run_until([&] {
      const Snapshot now = engine_->snapshot(0);
      return std::all_of(now.flows.begin(), now.flows.end(), [](uint64_t n) { return n == 0; });
    });
  }
  std::string client_alert() const { return near_->ssl.error(); }
  // Records and frames of the splice's last state, as the card would tell them.
  void card_saw_traffic() {
    for (auto& direction : card_.stats.directions) {
      direction.packets = 3;
      direction.next_sequence = 7000;
      direction.last_acknowledgement = 8000;
    }
  }

  test::TestCert certificate_ = CertBuilder("/CN=server").dns(kServerName).signed_by(root_);
  std::unique_ptr<TlsEnd> near_;  // the client
  std::unique_ptr<TlsEnd> far_;   // the server
};

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

// `untrusted: resign`. The client trusts the appliance's CA and looks at all that is wrong.
class ResignTest : public InspectionTest {
 protected:
  void SetUp() override {
    use_policy("decryption: [{name: the-rule, action: decrypt, untrusted: resign}]\n");
    start();
  }
  // `strict`: a client that ends the handshake at the first fault.
  void connect_looking(bool strict) {
    faults_.clear();
    connect();
    SSL* const client = near_->ssl.ssl();
    X509_STORE_add_cert(SSL_CTX_get_cert_store(near_->ssl.context()), ca_.certificate.get());
    X509_VERIFY_PARAM_set_time(SSL_get0_param(client), test::kNow);
    X509_VERIFY_PARAM_set1_host(SSL_get0_param(client), kServerName, 0);
    SSL_set_verify(client, SSL_VERIFY_PEER, strict ? nullptr : note_fault);
  }
  static int note_fault(int /*good*/, X509_STORE_CTX* context) {
    if (const int fault = X509_STORE_CTX_get_error(context); fault != X509_V_OK) {
      faults_.insert(fault);
    }
    return 1;
  }
  static bool saw(int fault) { return faults_.contains(fault); }
  static inline std::set<int> faults_;
};

TEST_F(ResignTest, TheClientFindsTheFaultThatWeFound) {
  const auto named = [] { return std::move(CertBuilder("/CN=server").dns(kServerName)); };
  const struct {
    const char* what;
    test::TestCert certificate;
    events::Cause cause;
    int fault;  // beside the unknown issuer; 0 for none
  } rows[] = {
      {"unknown issuer", named().signed_by(CertBuilder("/CN=other").ca().self_signed()),
       events::Cause::kCertificateUnknownIssuer, 0},
      {"self-signed", named().self_signed(), events::Cause::kCertificateSelfSigned, 0},
      {"expired", named().validity(0, test::kNow - 5).signed_by(root_),
       events::Cause::kCertificateExpired, X509_V_ERR_CERT_HAS_EXPIRED},
      {"not yet valid", named().validity(test::kNow + 500, test::kNow + 900).signed_by(root_),
       events::Cause::kCertificateNotYetValid, X509_V_ERR_CERT_NOT_YET_VALID},
      {"wrong name", CertBuilder("/CN=server").dns("other.test").signed_by(root_),
       events::Cause::kCertificateNameMismatch, X509_V_ERR_HOSTNAME_MISMATCH},
  };
  for (const auto& row : rows) {
    certificate_ = row.certificate;
    const size_t before = events(events::EventType::kTlsEstablished).size();
    connect_looking(false);
    ASSERT_TRUE(run_until([&] { return near_->done() && far_->done(); }))
        << row.what << ": " << near_->ssl.error();
    EXPECT_TRUE(saw(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY)) << row.what;
    for (const int fault : {X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_CERT_NOT_YET_VALID,
                            X509_V_ERR_HOSTNAME_MISMATCH}) {
      EXPECT_EQ(saw(fault), fault == row.fault) << row.what << ": " << fault;
    }
    ASSERT_TRUE(
        run_until([&] { return events(events::EventType::kTlsEstablished).size() > before; }));
    const events::Event told = events(events::EventType::kTlsEstablished).back();
    EXPECT_EQ(told.inspection.cause, row.cause) << row.what;
    EXPECT_EQ(told.inspection.leg, events::Leg::kServer);
    EXPECT_NE(told.tls.error_details.find("verification failed"), std::string::npos);
    EXPECT_EQ(told.tls.tls_version, told.inspection.client_tls_version) << "both legs on the event";
    EXPECT_EQ(told.tls.server_cipher_suite, told.inspection.client_cipher_suite);
  }
  EXPECT_EQ(count("shown_untrusted"), std::size(rows));
}

TEST_F(ResignTest, AClientThatRefusesIsNotTakenForOneThatPins) {
  use_policy(
      "undecryptable: {pinned: do-not-decrypt, exclude_after: 1, exclude_for_hours: 1}\n"
      "decryption: [{name: the-rule, action: decrypt, untrusted: resign}]\n");
  certificate_ = CertBuilder("/CN=server").dns(kServerName).self_signed();
  connect_looking(true);
  ASSERT_TRUE(run_until([&] { return count("handshakes_failed") == 1; }));
  const auto told = events(events::EventType::kTlsAbort);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].inspection.cause, events::Cause::kCertificateSelfSigned);
  EXPECT_EQ(told[0].inspection.leg, events::Leg::kClient);
  EXPECT_TRUE(engine_->exclusions().empty());
}

TEST_F(ResignTest, WhatCannotBeShownIsBlocked) {
  uint64_t failures = 0;
  for (const test::TestCert& certificate :
       {CertBuilder("/CN=weak").dns(kServerName).key(test::make_rsa_key(1024)).signed_by(root_),
        CertBuilder("/CN=critical").dns(kServerName).unknown_critical_extension().signed_by(root_),
        CertBuilder("/CN=purpose")
            .dns(kServerName)
            .extension(NID_ext_key_usage, "clientAuth")
            .signed_by(root_)}) {
    certificate_ = certificate;
    connect_looking(false);
    ASSERT_TRUE(run_until([&] { return count("handshakes_failed") == failures + 1; }));
    ++failures;
    EXPECT_TRUE(faults_.empty()) << "the client was shown a certificate";
  }
  EXPECT_EQ(count("shown_untrusted"), 0U);
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
