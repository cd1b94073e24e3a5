#include "host/tls/leg.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <openssl/err.h>
#include <openssl/x509err.h>

#include "host/tls/client_hello.h"
#include "host/tls/suites.h"
#include "tests/tls/leg_fixture.h"

namespace vitrine::tls {
namespace {

using test::LegFixture;
using test::pump;
using test::read_all;
using test::SslPeer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using LegTest = LegFixture;

// The hello that a server leg sends.
ClientHello hello_of(Leg& leg) {
  leg.advance();
  HelloParse parse = parse_client_hello(leg.output());
  EXPECT_EQ(parse.status, HelloStatus::kComplete) << parse.error;
  return std::move(parse.hello);
}

void echo(Leg& leg, SslPeer& peer) {
  peer.write("ping");
  pump(leg, peer);
  EXPECT_EQ(read_all(leg), "ping");
  EXPECT_EQ(leg.write(as_bytes("pong")), 4U);
  pump(leg, peer);
  EXPECT_EQ(peer.read(), "pong");
}

TEST_F(LegTest, ServerLegHandshakesAndCarriesData) {
  auto leg = server_leg(modern_hello());
  SslPeer server = SslPeer::server(server_identity());
  pump(*leg, server);
  ASSERT_EQ(leg->progress(), Progress::kEstablished) << leg->report().error;
  const LegReport report = leg->report();
  EXPECT_EQ(report.version, 0x0304);
  EXPECT_EQ(report.version_text, "TLSv1.3");
  EXPECT_THAT(report.cipher, HasSubstr("GCM"));
  EXPECT_EQ(report.group, "x25519");
  EXPECT_TRUE(report.error.empty());
  EXPECT_GT(report.bytes_in, 1000U);
  EXPECT_GT(report.bytes_out, 200U);
  EXPECT_FALSE(report.resumed);
  EXPECT_EQ(X509_cmp(leg->peer_certificate(), server_identity().certificate.get()), 0);
  echo(*leg, server);
}

TEST_F(LegTest, ClientLegHandshakesAndCarriesData) {
  for (const uint16_t version : test::kBothVersions) {
    auto leg = client_leg(version);
    SslPeer client = SslPeer::client();
    pump(*leg, client);
    ASSERT_EQ(leg->progress(), Progress::kEstablished) << leg->report().error;
    EXPECT_EQ(leg->version(), version);
    EXPECT_EQ(SSL_version(client.ssl()), version);
    EXPECT_EQ(X509_cmp(SSL_get0_peer_certificate(client.ssl()), leaf()->certificate()), 0);
    echo(*leg, client);
  }
}

TEST_F(LegTest, OneByteAtATimeIsAsGoodAsAll) {
  auto leg = client_leg(0x0304);
  SslPeer client = SslPeer::client();
  for (int round = 0; round < 6; ++round) {
    client.handshake();
    for (const uint8_t byte : client.output()) {
      EXPECT_EQ(leg->feed({&byte, 1}), 1U);
      leg->advance();
    }
    client.feed(leg->output());
    leg->consume_output(leg->output().size());
  }
  EXPECT_EQ(leg->progress(), Progress::kEstablished);
}

TEST_F(LegTest, OnlyWhatTheClientOfferedIsOffered) {
  ClientHello offered = modern_hello();
  offered.alpn = {"h2", "http/1.1"};
  const ClientHello sent = hello_of(*server_leg(offered));
  EXPECT_THAT(sent.versions, ElementsAre(0x0304, 0x0303));
  // AES-GCM as the client ordered it, no ChaCha20, CBC last.
  EXPECT_THAT(sent.cipher_suites, ElementsAre(0x1301, 0x1302, 0xc02f, 0xc030, 0xc013));
  EXPECT_THAT(sent.supported_groups, ElementsAre(29, 23));
  EXPECT_THAT(sent.signature_algorithms, ElementsAre(0x0403, 0x0804, 0x0401));
  EXPECT_EQ(sent.server_name, "server.example");
  EXPECT_THAT(sent.alpn, ElementsAre("h2", "http/1.1"));
  EXPECT_FALSE(sent.has_post_handshake_auth);
  EXPECT_FALSE(sent.has_early_data);
  EXPECT_FALSE(sent.has_status_request);
}

TEST_F(LegTest, WithoutAesGcmTheClientsOtherSuitesAreOffered) {
  ClientHello offered = modern_hello();
  offered.cipher_suites = {0x1303, 0xcca8};
  EXPECT_THAT(hello_of(*server_leg(offered)).cipher_suites, ElementsAre(0x1303, 0xcca8));
}

TEST_F(LegTest, NameAndAlpnAreLeftOutWhereTheClientSentNone) {
  ClientHello offered = modern_hello();
  offered.server_name.reset();
  const ClientHello sent = hello_of(*server_leg(offered));
  EXPECT_FALSE(sent.server_name.has_value());
  EXPECT_TRUE(sent.alpn.empty());
}

TEST_F(LegTest, UnknownGroupsAndSchemesDoNotHinderTheOffer) {
  ClientHello offered = modern_hello();
  offered.supported_groups = {0x11ec, 29, 29};
  offered.signature_algorithms = {0x0904, 0x0804, 0x0804};
  const ClientHello sent = hello_of(*server_leg(offered));
  EXPECT_THAT(sent.supported_groups, ElementsAre(29));
  EXPECT_THAT(sent.signature_algorithms, ElementsAre(0x0804));
}

TEST_F(LegTest, ClientThatSharesNothingWithThePolicyIsRefusedBeforeTheServerIsAsked) {
  ClientHello old = modern_hello();
  old.versions = {0x0302, 0x0301};
  EXPECT_EQ(factory_->make_server_leg(server_config(old)).status().code(), Code::kUnsupported);
  EXPECT_EQ(factory_->refusal_alert(old), Alert::kProtocolVersion);
  ClientHello weak = modern_hello();
  weak.cipher_suites = {0x0005};
  EXPECT_EQ(factory_->make_server_leg(server_config(weak)).status().code(), Code::kUnsupported);
  EXPECT_EQ(factory_->refusal_alert(weak), Alert::kHandshakeFailure);
  ClientHello mixed = modern_hello();
  mixed.cipher_suites = {0x1301};
  mixed.versions = {0x0303};
  EXPECT_EQ(factory_->make_server_leg(server_config(mixed)).status().code(), Code::kUnsupported);
}

TEST_F(LegTest, ServersAlpnChoiceIsServedAndNoOther) {
  auto leg = client_leg(0x0304, 16, "http/1.1");
  const uint8_t offered[] = "\x02h2\x08http/1.1";
  SslPeer client = SslPeer::client(
      [&](SSL_CTX* context) { SSL_CTX_set_alpn_protos(context, offered, sizeof offered - 1); });
  pump(*leg, client);
  EXPECT_EQ(leg->alpn(), "http/1.1");

  auto without = client_leg(0x0304);
  SslPeer second = SslPeer::client(
      [&](SSL_CTX* context) { SSL_CTX_set_alpn_protos(context, offered, sizeof offered - 1); });
  pump(*without, second);
  EXPECT_EQ(without->progress(), Progress::kEstablished);
  EXPECT_EQ(without->alpn(), "");
}

TEST_F(LegTest, KeySizeOfTheServerLegIsPreferred) {
  for (const uint16_t version : test::kBothVersions) {
    for (const size_t key_bytes : {16U, 32U}) {
      auto leg = client_leg(version, key_bytes);
      SslPeer client = SslPeer::client();
      pump(*leg, client);
      EXPECT_EQ(leg->key_bytes(), key_bytes);
    }
  }
}

// Every suite that a server may choose, to a client that takes anything: the client leg has the
// same or a weaker class, in every respect.
TEST_F(LegTest, ClientLegIsNeverStrongerThanTheServerLeg) {
  const auto everything = [](SSL_CTX* context) {
    SSL_CTX_set_security_level(context, 1);
    SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=1");
  };
  const UniqueSslCtx all(SSL_CTX_new(TLS_method()));
  everything(all.get());
  STACK_OF(SSL_CIPHER)* const ciphers = SSL_CTX_get_ciphers(all.get());
  const auto describe = [](const SSL_CIPHER* cipher) {
    return SuiteClass{SSL_CIPHER_get_kx_nid(cipher) != NID_kx_rsa, SSL_CIPHER_is_aead(cipher) == 1,
                      SSL_CIPHER_get_bits(cipher, nullptr)};
  };
  size_t connected = 0;
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
    const SSL_CIPHER* const suite = sk_SSL_CIPHER_value(ciphers, i);
    const bool tls13 = SSL_CIPHER_get_protocol_id(suite) >> 8 == 0x13;
    ClientLegConfig config;
    config.leaf = leaf();
    config.version = tls13 ? 0x0304 : 0x0303;
    config.server_suite = SSL_CIPHER_get_protocol_id(suite);
    auto leg = factory_->make_client_leg(config);
    if (!leg) {
      continue;  // one that is never offered upstream
    }
    SslPeer client = SslPeer::client(everything);
    pump(**leg, client);
    const SSL_CIPHER* const got = SSL_get_current_cipher(client.ssl());
    if ((*leg)->progress() != Progress::kEstablished) {
      continue;  // no suite of such a class with this leaf's kind of key
    }
    ++connected;
    EXPECT_TRUE(describe(got).within(describe(suite)))
        << SSL_CIPHER_get_name(got) << " for " << SSL_CIPHER_get_name(suite);
  }
  EXPECT_GE(connected, 15U);
}

TEST_F(LegTest, ClientGetsNoTicketAndResumesNothing) {
  for (const uint16_t version : test::kBothVersions) {
    auto leg = client_leg(version);
    SslPeer client = SslPeer::client();
    pump(*leg, client);
    client.read();
    EXPECT_NE(SSL_SESSION_is_resumable(SSL_get_session(client.ssl())), 1);
  }
}

TEST_F(LegTest, ServerThatRefusesEveryCipherGivesTheLibrarysOwnError) {
  auto leg = server_leg(modern_hello());
  SslPeer server = SslPeer::server(server_identity(), [](SSL_CTX* context) {
    SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context, "AES256-SHA256");
  });
  pump(*leg, server);
  ASSERT_EQ(leg->progress(), Progress::kFailed);
  const LegReport report = leg->report();
  EXPECT_EQ(report.error, "error:0A000410:SSL routines::sslv3 alert handshake failure");
  EXPECT_THAT(report.alerts, ElementsAre(AlertSeen{0x228, false}));
  EXPECT_EQ(alert_text(0x228), "fatal : handshake failure");
  EXPECT_EQ(report.bytes_in, 7U);
  EXPECT_EQ(report.version, 0) << "nothing was negotiated";
  EXPECT_TRUE(report.cipher.empty());
}

TEST_F(LegTest, IntegrityOnlyOffersNullSuitesAlone) {
  LegPolicy policy;
  policy.integrity_only = true;
  reset_factory(policy);
  auto leg = server_leg(modern_hello());
  const ClientHello sent = hello_of(*leg);
  EXPECT_THAT(sent.versions, Not(testing::Contains(0x0304)));
  EXPECT_THAT(sent.cipher_suites, testing::Contains(0xc010)) << "ECDHE-RSA-NULL-SHA";
  EXPECT_THAT(sent.cipher_suites, Not(testing::Contains(0xc02f)));
  SslPeer server = SslPeer::server(server_identity());
  pump(*leg, server);
  EXPECT_EQ(leg->progress(), Progress::kFailed);
  EXPECT_EQ(leg->report().error, "error:0A000410:SSL routines::sslv3 alert handshake failure");
}

TEST_F(LegTest, UntrustedServerGetsTheAlertThatFitsAndTheErrorSaysSo) {
  struct Case {
    int error;
    uint16_t alert;
  };
  for (const uint16_t version : test::kBothVersions) {
    for (const Case& expected :
         {Case{X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, 0x230},
          Case{X509_V_ERR_CERT_HAS_EXPIRED, 0x22d}, Case{X509_V_ERR_CERT_REVOKED, 0x22c},
          Case{X509_V_ERR_HOSTNAME_MISMATCH, 0x22a}}) {
      ClientHello hello = modern_hello();
      hello.versions = {version};
      auto leg = server_leg(hello, [&](STACK_OF(X509) * chain) {
        EXPECT_EQ(sk_X509_num(chain), 1);
        PeerVerdict verdict;
        verdict.error = expected.error;
        verdict.text = "as the test says";
        ERR_raise(ERR_LIB_X509, X509_R_CERT_ALREADY_IN_HASH_TABLE);
        return verdict;
      });
      SslPeer server = SslPeer::server(server_identity());
      pump(*leg, server);
      EXPECT_EQ(leg->progress(), Progress::kFailed);
      const LegReport report = leg->report();
      EXPECT_EQ(report.error, "error:0A000086:SSL routines::certificate verify failed");
      EXPECT_THAT(report.alerts, ElementsAre(AlertSeen{expected.alert, true}));
      EXPECT_EQ(report.version, version);
      EXPECT_FALSE(report.cipher.empty());
      ASSERT_TRUE(report.verdict.has_value());
      EXPECT_EQ(report.verdict->text, "as the test says");
      EXPECT_NE(leg->peer_certificate(), nullptr);
      EXPECT_FALSE(server.error().empty()) << "the server was told";
    }
  }
}

TEST_F(LegTest, WithoutAVerifierNothingIsTrusted) {
  auto leg = server_leg(modern_hello(), nullptr);
  SslPeer server = SslPeer::server(server_identity());
  pump(*leg, server);
  EXPECT_EQ(leg->progress(), Progress::kFailed);
}

TEST_F(LegTest, RequestForAClientCertificateIsNoted) {
  for (const uint16_t version : test::kBothVersions) {
    ClientHello hello = modern_hello();
    hello.versions = {version};
    auto leg = server_leg(hello);
    SslPeer server = SslPeer::server(server_identity(), [](SSL_CTX* context) {
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    });
    pump(*leg, server);
    EXPECT_EQ(leg->progress(), Progress::kFailed) << "TLS 1.3 says so after the handshake";
    EXPECT_TRUE(leg->report().client_certificate_requested);
    EXPECT_FALSE(leg->report().alerts.empty());
  }
}

TEST_F(LegTest, StreamThatEndsWithinTheHandshakeFailsWithoutAnAlert) {
  auto leg = server_leg(modern_hello());
  leg->advance();
  leg->consume_output(leg->output().size());
  leg->feed_eof();
  EXPECT_EQ(leg->advance(), Progress::kFailed);
  EXPECT_EQ(leg->report().error, "error:0A000126:SSL routines::unexpected eof while reading");
  EXPECT_TRUE(leg->output().empty());
}

TEST_F(LegTest, CloseNotifyClosesCleanlyAndABareEndDoesNot) {
  for (const bool clean : {true, false}) {
    auto leg = client_leg(0x0304);
    SslPeer client = SslPeer::client();
    pump(*leg, client);
    client.write("last words");
    if (clean) {
      SSL_shutdown(client.ssl());
    }
    pump(*leg, client);
    leg->feed_eof();
    EXPECT_EQ(leg->advance(), Progress::kEstablished) << "there is data to read first";
    EXPECT_EQ(read_all(*leg), "last words");
    EXPECT_EQ(leg->advance(), Progress::kClosed);
    EXPECT_EQ(leg->closed_cleanly(), clean);
    EXPECT_EQ(leg->write(as_bytes("answer")), 6U) << "half closed";
    leg->shutdown();
    EXPECT_EQ(leg->write(as_bytes("late")), 0U);
    client.feed(leg->output());
    EXPECT_EQ(client.read(), "answer");
    EXPECT_EQ(SSL_get_shutdown(client.ssl()) & SSL_RECEIVED_SHUTDOWN, SSL_RECEIVED_SHUTDOWN);
  }
}

TEST_F(LegTest, GarbageFailsTheLeg) {
  auto leg = client_leg(0x0304);
  leg->feed(as_bytes("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_EQ(leg->advance(), Progress::kFailed);
  EXPECT_THAT(leg->report().error, HasSubstr("http request"));
}

TEST_F(LegTest, InputAndOutputAreBounded) {
  auto leg = client_leg(0x0304);
  const std::vector<uint8_t> flood(1 << 20, 0x16);
  EXPECT_EQ(leg->feed(flood), Leg::kMaxInput);
  EXPECT_EQ(leg->feed(flood), 0U);

  auto established = client_leg(0x0304);
  SslPeer client = SslPeer::client();
  pump(*established, client);
  const size_t taken = established->write(flood);
  EXPECT_GE(taken, Leg::kMaxOutput - 20000);
  EXPECT_LE(established->output().size(), Leg::kMaxOutput + 20000);
  EXPECT_EQ(established->write(flood), 0U);
}

TEST_F(LegTest, PeerThatNeverReadsItsKeyUpdatesCannotGrowTheOutputWithoutBound) {
  auto leg = client_leg(0x0304);
  SslPeer client = SslPeer::client();
  pump(*leg, client);
  size_t before = 0;
  do {
    before = leg->output().size();
    for (int i = 0; i < 16; ++i) {
      SSL_key_update(client.ssl(), SSL_KEY_UPDATE_REQUESTED);
      client.handshake();
      leg->feed(client.output());
      leg->advance();
    }
  } while (leg->output().size() > before);
  EXPECT_GT(before, Leg::kMaxOutput / 2) << "they were answered at first";
  EXPECT_LE(leg->output().size(), 400U * 1024);
}

TEST_F(LegTest, AbortInTheClearReachesAWaitingClient) {
  auto leg = client_leg(0x0304);
  SslPeer client = SslPeer::client();
  client.handshake();
  leg->feed(client.output());
  EXPECT_TRUE(leg->abort(Alert::kUnknownCa));
  EXPECT_EQ(leg->progress(), Progress::kFailed);
  client.feed(leg->output());
  EXPECT_FALSE(client.handshake());
  EXPECT_THAT(client.error(), HasSubstr("unknown ca"));
  EXPECT_THAT(leg->report().alerts, ElementsAre(AlertSeen{0x230, true}));
}

TEST_F(LegTest, AbortIsSealedOnceEstablished) {
  for (const uint16_t version : test::kBothVersions) {
    for (const size_t key_bytes : {16U, 32U}) {
      auto leg = client_leg(version, key_bytes);
      SslPeer client = SslPeer::client();
      pump(*leg, client);
      echo(*leg, client);
      EXPECT_TRUE(leg->abort(Alert::kAccessDenied));
      client.feed(leg->output());
      client.read();
      EXPECT_THAT(client.error(), HasSubstr("access denied"));
    }
  }
}

TEST_F(LegTest, AbortThatCannotBeSealedSaysSo) {
  auto leg = client_leg(0x0304);
  SslPeer client = SslPeer::client();
  client.handshake();
  leg->feed(client.output());
  leg->advance();  // the ServerHello is out; the handshake's keys are not ours to use
  const size_t before = leg->output().size();
  EXPECT_FALSE(leg->abort(Alert::kInternalError));
  EXPECT_EQ(leg->output().size(), before);
}

TEST_F(LegTest, RenegotiationIsRefused) {
  auto leg = client_leg(0x0303);
  SslPeer client = SslPeer::client();
  pump(*leg, client);
  SSL_renegotiate(client.ssl());
  client.handshake();
  pump(*leg, client);
  EXPECT_THAT(client.error(), HasSubstr("no renegotiation"));
}

TEST_F(LegTest, MaxFragmentLengthIsMirrored) {
  ClientHello hello = modern_hello();
  hello.max_fragment_length = 2;
  auto server_side = server_leg(hello);
  EXPECT_EQ(hello_of(*server_side).max_fragment_length, 2);
  SslPeer server = SslPeer::server(server_identity());
  pump(*server_side, server);
  EXPECT_EQ(server_side->max_fragment_length(), 2);
  auto client_side = client_leg(0x0304);
  SslPeer client = SslPeer::client();
  pump(*client_side, client);
  EXPECT_THAT(splice_obstacle(*server_side, *client_side).value_or(""), HasSubstr("fragment"));
}

TEST_F(LegTest, LegsThatDifferOrAreNotAesGcmCannotBeSpliced) {
  const auto established_server = [&](uint16_t version, const char* suites) {
    ClientHello hello = modern_hello();
    hello.versions = {version};
    auto leg = server_leg(hello);
    SslPeer server = SslPeer::server(
        server_identity(), [&](SSL_CTX* context) { SSL_CTX_set_cipher_list(context, suites); });
    pump(*leg, server);
    EXPECT_EQ(leg->progress(), Progress::kEstablished) << leg->report().error;
    return leg;
  };
  auto client_side = client_leg(0x0303);
  SslPeer client = SslPeer::client();
  pump(*client_side, client);
  EXPECT_EQ(splice_obstacle(*established_server(0x0303, "ECDHE+AESGCM"), *client_side),
            std::nullopt);
  EXPECT_THAT(
      splice_obstacle(*established_server(0x0304, "ECDHE+AESGCM"), *client_side).value_or(""),
      HasSubstr("version"));
  EXPECT_THAT(splice_obstacle(*established_server(0x0303, "ECDHE-RSA-AES128-SHA"), *client_side)
                  .value_or(""),
              HasSubstr("not AES-GCM"));
}

TEST_F(LegTest, ClientsFallbackSignalReachesTheServer) {
  ClientHello hello = modern_hello();
  hello.versions = {0x0303};
  hello.has_fallback_scsv = true;
  auto leg = server_leg(hello);
  SslPeer server = SslPeer::server(server_identity());
  pump(*leg, server);
  EXPECT_EQ(leg->progress(), Progress::kFailed);
  EXPECT_THAT(leg->report().error, HasSubstr("inappropriate fallback"));
}

TEST_F(LegTest, OperatorsKeyLogGetsTheLinesOnlyWhereAskedFor) {
  std::vector<std::string> lines;
  LegPolicy policy;
  policy.key_log = [&lines](std::string_view line) { lines.emplace_back(line); };
  reset_factory(policy);
  auto leg = client_leg(0x0304);
  SslPeer client = SslPeer::client();
  pump(*leg, client);
  EXPECT_THAT(lines, testing::Contains(testing::StartsWith("CLIENT_TRAFFIC_SECRET_0 ")));
}

TEST_F(LegTest, RecordsBehindTheOneJustReadAreNotLostAtTheEnd) {
  auto leg = client_leg(0x0304);
  SslPeer client = SslPeer::client();
  pump(*leg, client);
  client.write("first");
  client.write("second");
  leg->feed(client.output());
  leg->feed_eof();
  leg->advance();
  uint8_t buffer[5];
  EXPECT_EQ(leg->read(buffer), 5U);
  EXPECT_EQ(leg->progress(), Progress::kEstablished);
  EXPECT_EQ(read_all(*leg), "second");
  EXPECT_EQ(leg->progress(), Progress::kClosed);
}

}  // namespace
}  // namespace vitrine::tls
