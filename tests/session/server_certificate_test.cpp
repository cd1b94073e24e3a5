// What becomes of a connection by its server's certificate: shown to the client as untrusted, or
// asked for by a rule.
#include <set>

#include "tests/session/inspection_world.h"

namespace vitrine::session {
namespace {

using test::CertBuilder;

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

// The policy asks for the certificate.
class CertificateRuleTest : public InspectionTest {
 protected:
  void use(const std::string& condition, const std::string& action) {
    use_policy("decryption:\n  - {name: by-certificate, certificate: {" + condition +
               "}, action: " + action + "}\n  - {name: rest, action: decrypt}\n");
    start();
  }
  std::vector<events::Event> aborts() { return events(events::EventType::kTlsAbort); }
  bool ended() {
    return run_until([&] { return flows(api::FlowState::kHandshake) == 0 && nothing_left(); });
  }
};

TEST_F(CertificateRuleTest, ServerThatARuleLeavesAloneIsLearntAndThenBypassed) {
  use("issuer: '*cn=root*'", "do-not-decrypt");
  connect();
  ASSERT_TRUE(run_until([&] { return count("certificates_learned") == 1; }));
  const auto told = aborts();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].inspection.cause, events::Cause::kCertificateLearned);
  EXPECT_EQ(told[0].policy.decryption_rule, "by-certificate");
  EXPECT_FALSE(near_->done()) << "the client saw no forged leaf";
  EXPECT_EQ(count("handshakes_failed"), 0U);
  connect();
  ASSERT_TRUE(run_until([&] { return flows(api::FlowState::kBypassed) == 1; }));
  EXPECT_EQ(events(events::EventType::kFlowBypassed).back().policy.decryption_rule,
            "by-certificate");
  clock_.advance_ms(KnownCertificates::kMaxAgeNs / 1'000'000);
  connect();
  EXPECT_TRUE(run_until([&] { return count("certificates_learned") == 2; })) << "ten minutes";
}

TEST_F(CertificateRuleTest, OtherServersAreDecryptedAtOnceAndEveryTime) {
  use("issuer: '*cn=another*'", "do-not-decrypt");
  for (uint64_t connections = 1; connections <= 2; ++connections) {
    connect();
    ASSERT_TRUE(run_until([&] { return flows(api::FlowState::kSpliced) == connections; }));
    EXPECT_EQ(events(events::EventType::kTlsEstablished).back().policy.decryption_rule, "rest");
  }
  EXPECT_TRUE(aborts().empty());
}

TEST_F(CertificateRuleTest, AServerThatChangesItsCertificateIsJudgedByTheNewOne) {
  use("issuer: '*cn=other*'", "do-not-decrypt");
  connect();
  ASSERT_TRUE(spliced());
  const test::TestCert other = CertBuilder("/CN=other").ca().self_signed();
  certificate_ = CertBuilder("/CN=server").dns(kServerName).signed_by(other);
  connect();
  ASSERT_TRUE(run_until([&] { return aborts().size() == 1; }));
  EXPECT_EQ(aborts()[0].inspection.cause, events::Cause::kCertificateLearned);
}

TEST_F(CertificateRuleTest, ExpiredServersAreLeftAloneWhereARuleSaysSo) {
  certificate_ = CertBuilder("/CN=server")
                     .dns(kServerName)
                     .validity(test::kNow - test::kDay, test::kNow - 5)
                     .signed_by(root_);
  use("state: expired", "do-not-decrypt");
  connect();
  ASSERT_TRUE(run_until([&] { return count("certificates_learned") == 1; }));
  connect();
  ASSERT_TRUE(run_until([&] { return flows(api::FlowState::kBypassed) == 1; }));
}

TEST_F(CertificateRuleTest, UntrustedServersOfTheOtherRulesStayBlocked) {
  certificate_ = CertBuilder("/CN=server").dns(kServerName).self_signed();
  use("state: expired", "do-not-decrypt");
  connect();
  ASSERT_TRUE(run_until([&] { return aborts().size() == 1; }));
  EXPECT_EQ(aborts()[0].inspection.cause, events::Cause::kCertificateSelfSigned);
  EXPECT_EQ(aborts()[0].policy.decryption_rule, "rest");
  EXPECT_FALSE(near_->done());
}

TEST_F(CertificateRuleTest, AFingerprintBlocks) {
  use("fingerprint: " + to_hex(trust::digest_of(certificate_.certificate.get())), "block");
  connect();
  ASSERT_TRUE(run_until([&] { return !events(events::EventType::kFlowDeny).empty(); }));
  EXPECT_EQ(events(events::EventType::kFlowDeny)[0].policy.decryption_rule, "by-certificate");
  EXPECT_FALSE(near_->done());
  connect();
  ASSERT_TRUE(run_until([&] { return events(events::EventType::kFlowDeny).size() == 2; }));
  EXPECT_EQ(count("certificates_learned"), 1U) << "the second by what was learnt";
}

TEST_F(CertificateRuleTest, AccessRulesDenyByTheCertificateOfADecryptedConnection) {
  use_policy(
      "decryption: [{name: all, action: decrypt}]\n"
      "access: [{name: no-root, certificate: {issuer: '*cn=root*'}, action: deny}]\n");
  start();
  connect();
  ASSERT_TRUE(run_until([&] { return !events(events::EventType::kFlowDeny).empty(); }));
  EXPECT_EQ(events(events::EventType::kFlowDeny)[0].policy.access_rule, "no-root");
  EXPECT_FALSE(near_->done());
}

TEST(KnownCertificatesTest, IsBoundedAndOfOneTrustAndTime) {
  KnownCertificates known(2);
  FlowFacts flow;
  flow.key.destination = IpAddress::parse("192.0.2.1").value();
  flow.key.destination_port = 443;
  const auto learn = [&](const std::string& name, size_t issuer = 10) {
    flow.server_name = name;
    flow.certificate = std::make_shared<const CertificateFacts>(
        CertificateFacts{std::string(issuer, 'i'), "f", policy::kCertificateValid});
    known.learn(flow, 1, 0);
  };
  const auto knows = [&](const std::string& name, uint64_t epoch = 1, uint64_t now = 0) {
    flow.server_name = name;
    return known.find(flow, epoch, now) != nullptr;
  };
  learn("a");
  learn("b");
  EXPECT_TRUE(knows("a"));
  learn("c");
  EXPECT_FALSE(knows("b")) << "the least recently used gave way";
  EXPECT_EQ(known.size(), 2U);
  EXPECT_FALSE(knows("c", 2)) << "other things are trusted now";
  EXPECT_FALSE(knows("a", 1, KnownCertificates::kMaxAgeNs));
  learn("d", KnownCertificates::kMaxIssuer + 1);
  EXPECT_EQ(known.size(), 0U) << "an endless issuer";
  learn("a");
  flow.key.destination_port = 444;
  EXPECT_FALSE(knows("a")) << "another server";
}

}  // namespace
}  // namespace vitrine::session
