// What the session room decides without a packet moving: fragments, leaf kinds, causes, splice
// plans.
#include <algorithm>

#include <gtest/gtest.h>
#include <openssl/x509_vfy.h>

#include "host/session/failure.h"
#include "host/session/fragment_rule.h"
#include "host/session/leaf_choice.h"
#include "host/session/splice_spec.h"
#include "host/session/totals.h"
#include "tests/support/packet_builder.h"

namespace vitrine::session {
namespace {

using test::PacketBuilder;

// With QUIC blocked, as by default.
bool may_pass(const PacketBuilder& packet) { return may_pass_unclassified(packet.build(), true); }

PacketBuilder v6(uint16_t port) {
  return PacketBuilder().from("2001:db8::1", 1).to("2001:db8::2", port);
}

TEST(FragmentRule, TcpNeverPassesInFragments) {
  EXPECT_FALSE(may_pass(PacketBuilder().fragment(0, true).payload_of(64)));
  EXPECT_FALSE(may_pass(PacketBuilder().fragment(8, false).payload_of(64)));
  EXPECT_FALSE(may_pass(v6(443).fragment(0, true).payload_of(64)));
  EXPECT_FALSE(may_pass_unclassified(PacketBuilder().fragment(0, true).payload_of(64).build(),
                                     /*block_quic=*/false));
}

TEST(FragmentRule, UdpFragmentsPass) {
  const auto v4 = PacketBuilder().to("198.51.100.7", 53).udp().payload_of(64);
  EXPECT_TRUE(may_pass(PacketBuilder(v4).fragment(0, true)));
  EXPECT_TRUE(may_pass(PacketBuilder(v4).vlan(7).fragment(8, false)));
  EXPECT_TRUE(may_pass(v6(53).udp().fragment(0, true).payload_of(64)));
  EXPECT_TRUE(may_pass(v6(53).udp().fragment(8, true).payload_of(64)));
}

// Whatever the fragment's size and whatever stands before the UDP header.
TEST(FragmentRule, QuicDoesNotPassInFragmentsOrExtendedPackets) {
  for (const size_t payload : {0, 8, 1200}) {
    const auto v4 = PacketBuilder().udp().payload_of(payload);
    EXPECT_FALSE(may_pass(PacketBuilder(v4).fragment(0, true))) << payload;
    EXPECT_FALSE(may_pass(PacketBuilder(v4).ip_options(8).fragment(0, true))) << payload;
    EXPECT_FALSE(may_pass(PacketBuilder(v4).vlan(7).fragment(0, false))) << payload;
    EXPECT_FALSE(may_pass(v6(443).udp().fragment(0, true).payload_of(payload))) << payload;
    EXPECT_FALSE(may_pass(v6(443).udp().extension_header(0).payload_of(payload))) << payload;
    EXPECT_FALSE(may_pass(v6(443).udp().extension_header(60).fragment(0, true).payload_of(payload)))
        << payload;
  }
  EXPECT_TRUE(may_pass_unclassified(PacketBuilder().udp().fragment(0, true).payload_of(64).build(),
                                    /*block_quic=*/false));
}

// Without its first fragment a datagram is never put together.
TEST(FragmentRule, LaterFragmentsOfQuicPassAndAreOfNoUse) {
  EXPECT_TRUE(may_pass(PacketBuilder().udp().fragment(1, false).payload_of(64)));
}

TEST(FragmentRule, AFirstFragmentWithoutAWholeUdpHeaderDoesNotPass) {
  const std::vector<uint8_t> frame = v6(53).udp().fragment(0, true).build();
  ASSERT_EQ(frame.size(), 14U + 40 + 8 + 8);
  EXPECT_TRUE(may_pass_unclassified(frame, true));
  for (size_t cut = 1; cut <= 8; ++cut) {
    EXPECT_FALSE(may_pass_unclassified(Bytes(frame).first(frame.size() - cut), true)) << cut;
  }
}

TEST(FragmentRule, TcpBehindExtensionHeadersIsFound) {
  const auto packet = v6(443).extension_header(0).extension_header(60);
  EXPECT_FALSE(may_pass(packet));
  EXPECT_TRUE(may_pass(v6(53).extension_header(0).extension_header(60).udp()));
}

// IPv6, fragment header (whole packet in one fragment), destination options, TCP or UDP: another
// fragment could write over what stands behind the options.
TEST(FragmentRule, HeadersBehindAFragmentHeaderDoNotPass) {
  for (const bool udp : {false, true}) {
    PacketBuilder packet = v6(53).extension_header(60).extension_header(60);
    std::vector<uint8_t> frame = (udp ? packet.udp() : packet).build();
    frame[14 + 6] = 44;
    std::fill(frame.begin() + 54 + 1, frame.begin() + 54 + 8, uint8_t{0});
    ASSERT_EQ(frame[54], 60);
    EXPECT_FALSE(may_pass_unclassified(frame, true)) << udp;
  }
}

TEST(FragmentRule, HeadersThatMayHideATransportDoNotPass) {
  for (const uint8_t next : std::initializer_list<uint8_t>{51, 135, 139, 140, 253, 254}) {
    std::vector<uint8_t> frame = v6(53).udp().payload_of(64).build();
    frame[14 + 6] = next;
    EXPECT_FALSE(may_pass_unclassified(frame, true)) << int{next};
  }
}

TEST(FragmentRule, WhatDoesNotParseDoesNotPass) {
  const std::vector<uint8_t> frame = v6(53).udp().extension_header(0).build();
  for (size_t length = 0; length < 14 + 40 + 8; ++length) {
    EXPECT_FALSE(may_pass_unclassified(Bytes(frame).first(length), true)) << length;
  }
  std::vector<uint8_t> short_header = PacketBuilder().udp().fragment(0, true).build();
  short_header[14] = 0x44;  // a header of 16 bytes
  EXPECT_FALSE(may_pass_unclassified(short_header, true));
}

tls::ClientHello hello_with(std::vector<uint16_t> suites, std::vector<uint16_t> signatures) {
  tls::ClientHello hello;
  hello.cipher_suites = std::move(suites);
  hello.signature_algorithms = std::move(signatures);
  return hello;
}

TEST(LeafChoice, EcdsaWhereTheClientTakesIt) {
  EXPECT_EQ(choose_key_type(hello_with({0x1301}, {0x0403, 0x0804}), 0x0304),
            signer::KeyType::kEcdsaP256);
  EXPECT_EQ(choose_key_type(hello_with({0xc02b, 0xc02f}, {0x0403, 0x0401}), 0x0303),
            signer::KeyType::kEcdsaP256);
}

TEST(LeafChoice, RsaWhereOnlyRsaSuitesCanBeSpliced) {
  EXPECT_EQ(choose_key_type(hello_with({0x1301}, {0x0804}), 0x0304), signer::KeyType::kRsa2048);
  EXPECT_EQ(choose_key_type(hello_with({0xc02f, 0xc023}, {0x0403, 0x0401}), 0x0303),
            signer::KeyType::kRsa2048);
  EXPECT_EQ(choose_key_type(hello_with({0xc013}, {0x0403, 0x0401}), 0x0303),
            signer::KeyType::kRsa2048);
  EXPECT_EQ(choose_key_type(hello_with({0x009c}, {}), 0x0303), signer::KeyType::kRsa2048);
}

TEST(LeafChoice, TheKindThatCanHaveTheServerLegsSuite) {
  const auto hello = hello_with({0xc02c, 0xc02f}, {0x0403, 0x0401});
  EXPECT_EQ(choose_key_type(hello, 0x0303, 0xc02f), signer::KeyType::kRsa2048)
      << "with ECDSA only the stronger suite would be left";
  EXPECT_EQ(choose_key_type(hello, 0x0303, 0xc02c), signer::KeyType::kEcdsaP256);
  EXPECT_EQ(choose_key_type(hello, 0x0303, 0x009c), signer::KeyType::kRsa2048);
  EXPECT_EQ(choose_key_type(hello, 0x0304, 0x1301), signer::KeyType::kEcdsaP256);
}

TEST(LeafChoice, EcdsaWhereNothingElseIsOffered) {
  EXPECT_EQ(choose_key_type(hello_with({0xc023}, {0x0403}), 0x0303), signer::KeyType::kEcdsaP256);
}

tls::LegReport report_with_alert(uint16_t code, bool sent) {
  tls::LegReport report;
  report.error = "error:0A000410:SSL routines::sslv3 alert handshake failure";
  report.alerts = {{code, sent}};
  return report;
}

TEST(ServerFailure, HandshakeFailureAlertMeansNoSharedSuite) {
  const Failure failure = server_failure(report_with_alert(0x228, false), {});
  EXPECT_EQ(failure.cause, events::Cause::kServerRefusedHandshake);
  EXPECT_EQ(failure.leg, events::Leg::kServer);
  EXPECT_EQ(failure.library_error, "error:0A000410:SSL routines::sslv3 alert handshake failure");
  EXPECT_EQ(failure.client_alert, tls::Alert::kHandshakeFailure);
}

TEST(ServerFailure, RefusalOfAnOfferWithoutEncryptionNamesTheLicence) {
  EXPECT_EQ(server_failure(report_with_alert(0x228, false), {}, true).cause,
            events::Cause::kNoStrongCryptography);
  EXPECT_EQ(server_failure(report_with_alert(0x246, false), {}, true).cause,
            events::Cause::kNoStrongCryptography);
  EXPECT_EQ(server_failure(report_with_alert(0x250, false), {}, true).cause,
            events::Cause::kServerAlert);
}

TEST(ServerFailure, RefusalOfAServerThatAskedForACertificateNamesThat) {
  tls::LegReport report = report_with_alert(0x228, false);
  report.client_certificate_requested = true;
  EXPECT_EQ(server_failure(report, {}).cause, events::Cause::kServerWantsCertificate);
}

TEST(ServerFailure, UntrustedCertificateIsNoFaultOfTheClients) {
  tls::LegReport report = report_with_alert(0x230, true);
  report.verdict = {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, 0, "self signed certificate", "/CN=a",
                    "/CN=a"};
  const Failure failure = server_failure(report, {});
  EXPECT_EQ(failure.cause, events::Cause::kCertificateSelfSigned);
  EXPECT_EQ(failure.client_alert, tls::Alert::kInternalError);
  EXPECT_NE(failure.plain_error.find("self signed certificate (code 18, depth 0)"),
            std::string::npos)
      << failure.plain_error;
}

TEST(ServerFailure, TheSocketSaysHowAServerWentAway) {
  EXPECT_EQ(server_failure({}, {true, 0}).cause, events::Cause::kServerClosed);
  EXPECT_EQ(server_failure({}, {true, ECONNRESET}).cause, events::Cause::kServerReset);
  EXPECT_EQ(server_failure({}, {true, ETIMEDOUT}).cause, events::Cause::kServerTimeout);
  EXPECT_EQ(server_failure({}, {false, 0}).cause, events::Cause::kServerBadMessage);
}

TEST(ClientFailure, CertificateAlertsMeanThatTheCaIsMissing) {
  for (const uint16_t code : std::initializer_list<uint16_t>{0x22a, 0x22d, 0x22e, 0x230}) {
    EXPECT_EQ(client_failure(report_with_alert(code, false), {}).cause,
              events::Cause::kClientRejectedCertificate)
        << code;
  }
  EXPECT_EQ(client_failure(report_with_alert(0x228, false), {}).cause, events::Cause::kClientAlert);
  EXPECT_EQ(client_failure(report_with_alert(0x228, true), {}).cause,
            events::Cause::kClientNoSharedCipher);
}

TEST(SplicePlan, EachDirectionOpensWithOneLegAndSealsWithTheOther) {
  tls::RecordState client;
  client.in.next_record = 1;
  client.out.next_record = 2;
  client.out.explicit_nonce = 20;
  tls::RecordState server;
  server.in.next_record = 3;
  server.out.next_record = 4;
  server.out.explicit_nonce = 40;
  takeover::Frozen frozen;
  frozen.sequence_delta = {100, 200};
  frozen.first_sequence = {1000, 2000};
  frozen.timestamp_delta = {7, 8};
  for (const auto up : {card::Direction::kFromInside, card::Direction::kFromOutside}) {
    const SplicePlan plan = plan_splice(up, client, server, frozen);
    const auto& forth = plan.splice.directions[card::index(up)];
    const auto& back = plan.splice.directions[card::index(card::opposite(up))];
    EXPECT_EQ(forth.in_record, 1U);
    EXPECT_EQ(forth.out_record, 4U);
    EXPECT_EQ(forth.out_explicit_nonce, 40U);
    EXPECT_EQ(back.in_record, 3U);
    EXPECT_EQ(back.out_record, 2U);
    EXPECT_EQ(back.out_explicit_nonce, 20U);
    EXPECT_EQ(forth.sequence_delta, frozen.sequence_delta[card::index(up)]);
    EXPECT_EQ(back.first_sequence, frozen.first_sequence[card::index(card::opposite(up))]);
    EXPECT_EQ(back.timestamp_delta, frozen.timestamp_delta[card::index(card::opposite(up))]);
  }
}

TEST(Totals, RelayReasonsAreBounded) {
  Totals totals;
  for (int i = 0; i < 200; ++i) {
    totals.add_relay("reason " + std::to_string(i));
  }
  EXPECT_EQ(totals.relay_reasons().size(), 65U);
}

}  // namespace
}  // namespace vitrine::session
