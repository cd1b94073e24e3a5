// SYN to decision, with packets: a hello cut anywhere, in any order, decides the same.
#include "host/session/opening_stage.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/packet_builder.h"
#include "tests/tls/hello_builder.h"

namespace vitrine::session {
namespace {

using test::PacketBuilder;

constexpr uint32_t kClientIsn = 0xfffffff0;  // sequence numbers wrap inside the hello
constexpr uint32_t kServerIsn = 5000;

std::vector<uint8_t> typical_hello() {
  tls::test::HelloBuilder hello;
  hello.session_id(32).suites({0x1301, 0xc02f}).server_name("www.example.org").versions({0x0304});
  return hello.records();
}

class OpeningStageTest : public testing::TestWithParam<bool> {
 protected:
  PacketBuilder client() const {
    return GetParam() ? PacketBuilder().from("2001:db8::1", 40000).to("2001:db8::2", 443)
                      : PacketBuilder().from("192.0.2.1", 40000).to("198.51.100.7", 443);
  }
  PacketBuilder server() const { return client().reply(); }

  OpeningOutcome give(card::Port port, const std::vector<uint8_t>& frame) {
    out_.clear();
    return stage_->on_packet(wire::parse_frame(frame, port).value(), 0, out_);
  }

  void open() {
    const auto syn = client().syn(kClientIsn).mss(1460).build();
    stage_.emplace(
        FlowFacts{},
        wire::Opening::from_syn(wire::parse_frame(syn, card::Port::kInside).value()).value(),
        budget_);
    ASSERT_EQ(give(card::Port::kInside, syn), OpeningOutcome::kWait);
    ASSERT_EQ(out_.size(), 1U);
    ASSERT_EQ(out_[0].port, card::Port::kOutside);
    ASSERT_EQ(
        give(card::Port::kOutside, server().syn_ack(kServerIsn, kClientIsn + 1).mss(1460).build()),
        OpeningOutcome::kWait);
    ASSERT_EQ(give(card::Port::kInside, data(0, {})), OpeningOutcome::kWait);
  }

  std::vector<uint8_t> data(size_t offset, Bytes bytes) const {
    return client()
        .sequence(kClientIsn + 1 + static_cast<uint32_t>(offset))
        .ack(kServerIsn + 1)
        .payload(bytes)
        .build();
  }

  wire::HoldBudget budget_{1U << 20};
  std::optional<OpeningStage> stage_;
  std::vector<OpeningStage::Out> out_;
};

INSTANTIATE_TEST_SUITE_P(Families, OpeningStageTest, testing::Bool(),
                         [](const auto& family) { return family.param ? "Ipv6" : "Ipv4"; });

TEST_P(OpeningStageTest, HelloCutAtEveryByteDecidesTheSameInAnyOrder) {
  const std::vector<uint8_t> hello = typical_hello();
  for (size_t cut = 1; cut < hello.size(); ++cut) {
    for (const bool reversed : {false, true}) {
      open();
      const auto first = data(0, Bytes(hello).first(cut));
      const auto second = data(cut, Bytes(hello).subspan(cut));
      EXPECT_EQ(give(card::Port::kInside, reversed ? second : first), OpeningOutcome::kWait) << cut;
      EXPECT_EQ(give(card::Port::kInside, reversed ? first : second), OpeningOutcome::kHello)
          << cut;
      EXPECT_EQ(stage_->take_hello().server_name, "www.example.org") << cut;
      EXPECT_TRUE(out_.empty()) << "nothing of a hello leaves before the decision";
    }
  }
}

TEST_P(OpeningStageTest, HelloInSingleBytesIsRead) {
  const std::vector<uint8_t> hello = typical_hello();
  open();
  for (size_t i = 0; i + 1 < hello.size(); ++i) {
    ASSERT_EQ(give(card::Port::kInside, data(i, Bytes(hello).subspan(i, 1))),
              OpeningOutcome::kWait);
  }
  EXPECT_EQ(give(card::Port::kInside, data(hello.size() - 1, Bytes(hello).last(1))),
            OpeningOutcome::kHello);
}

TEST_P(OpeningStageTest, WhatIsNotTlsIsLetThrough) {
  open();
  EXPECT_EQ(give(card::Port::kInside, data(0, as_bytes("GET / HTTP/1.1\r\n\r\n"))),
            OpeningOutcome::kNotTls);
  ASSERT_NE(stage_->held(), nullptr);
  EXPECT_EQ(stage_->held()->frames().size(), 1U) << "the held packet is still there to be released";
}

TEST_P(OpeningStageTest, ServerThatSpeaksFirstIsNotTls) {
  open();
  EXPECT_EQ(give(card::Port::kOutside, server()
                                           .sequence(kServerIsn + 1)
                                           .ack(kClientIsn + 1)
                                           .payload("220 mail.example ESMTP\r\n")
                                           .build()),
            OpeningOutcome::kNotTls);
  ASSERT_EQ(out_.size(), 1U);
  EXPECT_EQ(out_[0].port, card::Port::kInside);
}

TEST_P(OpeningStageTest, GarbageInAHandshakeRecordIsABadHello) {
  open();
  std::vector<uint8_t> hello = typical_hello();
  hello[5] = 2;  // ServerHello
  EXPECT_EQ(give(card::Port::kInside, data(0, hello)), OpeningOutcome::kBadHello);
  EXPECT_FALSE(stage_->error().empty());
}

TEST_P(OpeningStageTest, ClientThatClosesInsideItsHelloIsABadHello) {
  open();
  const std::vector<uint8_t> hello = typical_hello();
  ASSERT_EQ(give(card::Port::kInside, data(0, Bytes(hello).first(20))), OpeningOutcome::kWait);
  const auto fin = client().sequence(kClientIsn + 21).ack(kServerIsn + 1).fin().build();
  EXPECT_EQ(give(card::Port::kInside, fin), OpeningOutcome::kBadHello);
}

TEST_P(OpeningStageTest, NothingIsHeldBeyondTheBudget) {
  open();
  wire::HoldShare others(budget_);
  ASSERT_TRUE(others.grow(budget_.limit() - budget_.used()));
  const auto frame = data(0, typical_hello());
  EXPECT_EQ(give(card::Port::kInside, frame), OpeningOutcome::kNoRoom);
  EXPECT_TRUE(out_.empty()) << "what cannot be held does not pass";
  others.shrink_to(0);
  EXPECT_EQ(give(card::Port::kInside, frame), OpeningOutcome::kHello) << "the same packet again";
}

TEST_P(OpeningStageTest, EndlessHelloIsRefusedAt64KiB) {
  open();
  // A ClientHello whose header promises 16 MiB less one byte.
  std::vector<uint8_t> record = {22, 3, 1, 0x40, 0, 1, 0xff, 0xff, 0xff};
  record.resize(5 + 0x4000, 0);
  OpeningOutcome outcome = OpeningOutcome::kWait;
  size_t offset = 0;
  while (outcome == OpeningOutcome::kWait && offset < (1U << 20)) {
    const size_t at = offset % record.size();
    const size_t length = std::min<size_t>(1400, record.size() - at);
    outcome = give(card::Port::kInside, data(offset, Bytes(record).subspan(at, length)));
    offset += length;
  }
  EXPECT_EQ(outcome, OpeningOutcome::kBadHello);
  EXPECT_LE(offset, 80U * 1024);
}

}  // namespace
}  // namespace vitrine::session
