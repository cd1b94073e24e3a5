#include "host/wire/opening.h"

#include <deque>
#include <optional>

#include <gtest/gtest.h>

#include "tests/support/packet_builder.h"

namespace vitrine::wire {
namespace {

using test::PacketBuilder;

// A client inside and a server outside; remembers frames so that views stay valid.
class OpeningTest : public testing::TestWithParam<bool> {
 protected:
  PacketBuilder client() const {
    return GetParam() ? PacketBuilder().from("2001:db8::1", 40000).to("2001:db8::2", 443)
                      : PacketBuilder();
  }
  PacketBuilder server() const { return client().reply(); }

  TcpPacket packet(const PacketBuilder& builder, card::Port port) {
    frames_.push_back(builder.build());
    auto parsed = parse_frame(frames_.back(), port);
    EXPECT_TRUE(parsed) << parsed.status().to_string();
    return *parsed;
  }
  OpeningVerdict from_client(const PacketBuilder& builder) {
    return opening_->on_packet(packet(builder, card::Port::kInside)).verdict;
  }
  OpeningVerdict from_server(const PacketBuilder& builder) {
    return opening_->on_packet(packet(builder, card::Port::kOutside)).verdict;
  }
  PacketBuilder syn() const {
    return client()
        .syn(1000)
        .window(64240)
        .mss(1460)
        .sack_permitted()
        .timestamps(50, 0)
        .window_scale(7);
  }
  PacketBuilder syn_ack() const {
    return server()
        .syn_ack(9000, 1001)
        .window(65160)
        .mss(1400)
        .sack_permitted()
        .timestamps(70, 50)
        .window_scale(10);
  }
  void open() {
    auto opening = Opening::from_syn(packet(syn(), card::Port::kInside));
    ASSERT_TRUE(opening);
    opening_ = std::move(*opening);
  }
  void establish() {
    open();
    EXPECT_EQ(from_client(syn()), OpeningVerdict::kPass);
    EXPECT_EQ(from_server(syn_ack()), OpeningVerdict::kPass);
    EXPECT_EQ(from_client(client().sequence(1001).ack(9001).window(502).timestamps(51, 70)),
              OpeningVerdict::kPass);
  }

  std::deque<std::vector<uint8_t>> frames_;
  std::optional<Opening> opening_;
};

TEST_P(OpeningTest, NotesWhatBothEndsAgreedOn) {
  establish();
  EXPECT_TRUE(opening_->established());
  EXPECT_TRUE(opening_->negotiated().window_scaling);
  EXPECT_TRUE(opening_->negotiated().sack);
  EXPECT_TRUE(opening_->negotiated().timestamps);
  EXPECT_EQ(opening_->client().initial_sequence, 1000U);
  EXPECT_EQ(opening_->client().window, 502U << 7);
  EXPECT_EQ(opening_->client().timestamp, 51U);
  EXPECT_EQ(opening_->client().mss, 1460);
  EXPECT_EQ(opening_->client().acknowledged, 9001U);
  EXPECT_EQ(opening_->server().initial_sequence, 9000U);
  EXPECT_EQ(opening_->server().window, 65160U);  // a SYN's window is never scaled
  EXPECT_EQ(opening_->server().mss, 1400);
  EXPECT_EQ(opening_->server().timestamp, 70U);
  EXPECT_TRUE(opening_->server().link.known());
  EXPECT_EQ(opening_->header_window(opening_->server(), 65160), 65160 >> 10);
}

TEST_P(OpeningTest, OptionsCountOnlyWhereBothSendThem) {
  open();
  from_client(syn());
  from_server(server().syn_ack(9000, 1001).mss(1400));
  EXPECT_TRUE(opening_->established());
  EXPECT_FALSE(opening_->negotiated().window_scaling);
  EXPECT_FALSE(opening_->negotiated().sack);
  EXPECT_FALSE(opening_->negotiated().timestamps);
  EXPECT_EQ(opening_->header_window(opening_->client(), 100'000), 0xffff);
}

TEST_P(OpeningTest, MissingMssMeansTheDefault) {
  open();
  from_client(client().syn(1000));
  EXPECT_EQ(opening_->client().mss, GetParam() ? 1220 : 536);
}

TEST_P(OpeningTest, FirstClientDataIsHeld) {
  establish();
  EXPECT_EQ(from_client(client().sequence(1001).ack(9001).payload("hello")), OpeningVerdict::kHold);
  // Even where the handshake's last acknowledgement was lost, and with a FIN.
  EXPECT_EQ(from_client(client().sequence(1001).ack(9001).fin().payload("x")),
            OpeningVerdict::kHold);
}

TEST_P(OpeningTest, TheClientsAcknowledgementConfirmsTheConnection) {
  open();
  EXPECT_EQ(from_client(syn()), OpeningVerdict::kPass);
  EXPECT_EQ(from_server(syn_ack()), OpeningVerdict::kPass);
  EXPECT_FALSE(opening_->confirmed()) << "the SYN's address may be a stranger's";
  from_client(client().sequence(1001).ack(9002).timestamps(51, 70));
  EXPECT_FALSE(opening_->confirmed()) << "of something else";
  from_client(client().sequence(1001).ack(9001).timestamps(51, 70));
  EXPECT_TRUE(opening_->confirmed());
}

TEST_P(OpeningTest, AServerAcknowledgesNothingButTheSyn) {
  establish();
  EXPECT_EQ(from_server(server().sequence(9001).ack(1500).timestamps(71, 51)),
            OpeningVerdict::kDrop);
  EXPECT_TRUE(opening_->established());
  EXPECT_EQ(from_server(server().sequence(9001).ack(1001).timestamps(71, 51)),
            OpeningVerdict::kPass);
}

TEST_P(OpeningTest, ServerThatSpeaksFirstIsNotTls) {
  establish();
  EXPECT_EQ(from_server(server().sequence(9001).ack(1001).payload("220 mail")),
            OpeningVerdict::kServerSpokeFirst);
}

TEST_P(OpeningTest, EndsBeforeTheHelloClose) {
  establish();
  EXPECT_EQ(from_client(client().sequence(1001).ack(9001).fin()), OpeningVerdict::kClosed);
  EXPECT_EQ(from_server(server().sequence(9001).ack(1001).fin()), OpeningVerdict::kClosed);
  EXPECT_EQ(from_server(server().sequence(9001).flags(kRst)), OpeningVerdict::kClosed);
  EXPECT_EQ(from_client(client().sequence(1001).flags(kRst)), OpeningVerdict::kClosed);
}

TEST_P(OpeningTest, RetransmittedSynsPassAndAreCounted) {
  open();
  from_client(syn());
  EXPECT_EQ(from_client(syn()), OpeningVerdict::kPass);
  EXPECT_EQ(opening_->syn_retransmissions(), 1U);
  EXPECT_EQ(from_server(syn_ack()), OpeningVerdict::kPass);
  EXPECT_EQ(from_server(syn_ack()), OpeningVerdict::kPass);
}

TEST_P(OpeningTest, SegmentsThatNoReceiverTakesDecideNothing) {
  open();
  from_client(syn());
  EXPECT_EQ(from_server(server().syn_ack(9000, 4242)), OpeningVerdict::kDrop);
  EXPECT_EQ(from_server(server().sequence(9000).syn(9000)), OpeningVerdict::kDrop);
  EXPECT_EQ(from_server(server().sequence(9001).ack(1001).payload("x")), OpeningVerdict::kDrop);
  EXPECT_EQ(from_client(client().sequence(1001).ack(9001).payload("x")), OpeningVerdict::kDrop);
  establish();
  EXPECT_EQ(from_server(server().syn_ack(9999, 1001)), OpeningVerdict::kDrop);
  EXPECT_EQ(from_client(client().sequence(1001).flags(0).payload("x")), OpeningVerdict::kDrop);
  EXPECT_EQ(from_client(client().sequence(1001).ack(77).payload("x")), OpeningVerdict::kDrop);
}

TEST_P(OpeningTest, ResetIsBelievedOnlyWhereItsReceiverMight) {
  establish();
  EXPECT_EQ(from_client(client().sequence(77).rst()), OpeningVerdict::kDrop);
  EXPECT_EQ(from_server(server().sequence(77).rst()), OpeningVerdict::kDrop);
  EXPECT_EQ(from_server(server().sequence(9001).rst()), OpeningVerdict::kClosed);
  EXPECT_EQ(from_client(client().sequence(1001).rst()), OpeningVerdict::kClosed);
}

TEST_P(OpeningTest, NewSynBeginsAgain) {
  establish();
  EXPECT_EQ(from_client(client().syn(5)), OpeningVerdict::kPass);
  EXPECT_FALSE(opening_->established());
  EXPECT_EQ(from_server(server().syn_ack(7000, 6)), OpeningVerdict::kPass);
  EXPECT_TRUE(opening_->established());
}

TEST_P(OpeningTest, SignedConnectionIsNotInspectedOnlyIfBothEndsSign) {
  const std::vector<uint8_t> authentication = {29, 4, 0, 0};
  for (const bool both : {false, true}) {
    open();
    EXPECT_EQ(from_client(client().syn(1000).tcp_option(authentication)), OpeningVerdict::kPass);
    PacketBuilder answer = server().syn_ack(9000, 1001);
    if (both) {
      answer.tcp_option(authentication);
    }
    EXPECT_EQ(from_server(answer), both ? OpeningVerdict::kNotInspectable : OpeningVerdict::kPass);
  }
}

TEST_P(OpeningTest, SynGoesOutCleaned) {
  const std::vector<uint8_t> multipath = {30, 4, 0, 1};
  open();
  const OpeningStep step =
      opening_->on_packet(packet(syn().tcp_option(multipath), card::Port::kInside));
  ASSERT_EQ(step.verdict, OpeningVerdict::kPass);
  const auto cleaned = parse_frame(step.frame, card::Port::kInside);
  ASSERT_TRUE(cleaned);
  EXPECT_FALSE(cleaned->options.multipath);
  EXPECT_TRUE(cleaned->options.sack_permitted);
}

TEST_P(OpeningTest, StrangersAndBadChecksumsAreDropped) {
  establish();
  EXPECT_EQ(from_client(client().sequence(1001).payload("hello").bad_checksum()),
            OpeningVerdict::kDrop);
  PacketBuilder other = client();
  other.from(GetParam() ? "2001:db8::9" : "192.0.2.9", 40000);
  EXPECT_EQ(from_client(other.sequence(1001).payload("hello")), OpeningVerdict::kDrop);
}

TEST_P(OpeningTest, OnlyAPlainSynOpens) {
  for (const int flags : {int{kAck}, kSyn | kAck, kSyn | kRst, kSyn | kFin, 0}) {
    EXPECT_FALSE(Opening::from_syn(
        packet(client().flags(static_cast<uint8_t>(flags)), card::Port::kInside)));
  }
}

INSTANTIATE_TEST_SUITE_P(Families, OpeningTest, testing::Bool(),
                         [](const auto& v6) { return v6.param ? "Ipv6" : "Ipv4"; });

}  // namespace
}  // namespace vitrine::wire
