// The first words with a card, and what the driver says of one that it cannot work with.
#include <gtest/gtest.h>

#include "tests/card/driver/mock_bus.h"

namespace vitrine::card::driver::test {
namespace {

Status attach_status(MockCard& card) {
  return make_driver_card(std::make_unique<MockBus>(card), mock_config(card)).status();
}

TEST(AttachTest, ACardOfTheSameMapIsTaken) {
  MockCard card;
  const auto made = make_mock_card(card, mock_config(card));
  const CardInfo info = made->info();
  EXPECT_EQ(info.kind, "mock");
  EXPECT_EQ(info.max_flows, 32U);
  EXPECT_EQ(info.detail,
            "build 0x00000077, 32 connections, 8 splices, 64 rules, 4 AES-GCM lanes, mock");
  EXPECT_EQ(card.written(regs::kControlControl), std::vector<uint32_t>{0}) << "nothing passes yet";
  EXPECT_EQ(card.reg(regs::kControlZeroizeCount), 1U) << "no keys of a life before";
  EXPECT_EQ(card.reg(regs::kRingsPuntSize), 16U);
  EXPECT_EQ(card.reg(regs::kRingsInjectSize), 16U);
  EXPECT_EQ(card.reg(regs::kRingsPuntBaseLo) & 0xfffU, 0U);
}

TEST(AttachTest, EveryAttachSeedsTheFlowTableAnew) {
  MockCard card;
  const auto first = make_mock_card(card, mock_config(card));
  const auto seed = card.written(regs::kFlowsSeed);
  EXPECT_EQ(seed.size(), 12U);
  MockCard other;
  const auto second = make_mock_card(other, mock_config(other));
  EXPECT_NE(seed, other.written(regs::kFlowsSeed));
}

TEST(AttachTest, AnythingElseThanACardIsNamed) {
  MockCard card;
  card.reg(regs::kIdentityMagic) = 0xffffffff;
  const Status status = attach_status(card);
  EXPECT_EQ(status.code(), Code::kUnsupported);
  EXPECT_NE(status.message().find("magic 0xffffffff"), std::string::npos) << status.message();
}

TEST(AttachTest, AnotherRegisterMapIsRefusedWithBothNamed) {
  for (const uint32_t address : {regs::kIdentityMapVersion, regs::kIdentityMapHash}) {
    MockCard card;
    card.reg(address) ^= 0x10000;
    const Status status = attach_status(card);
    EXPECT_EQ(status.code(), Code::kUnsupported);
    EXPECT_NE(status.message().find("same release"), std::string::npos) << status.message();
  }
}

TEST(AttachTest, ANewerMinorVersionOfTheSameMapIsTaken) {
  MockCard card;
  card.reg(regs::kIdentityMapVersion) += 1;
  EXPECT_TRUE(attach_status(card).is_ok());
}

// Gives every word of the scratch register back with a bit that is stuck.
class StuckBus : public MockBus {
 public:
  using MockBus::MockBus;
  Result<uint32_t> read32(uint32_t address) override {
    auto value = MockBus::read32(address);
    return value && address == regs::kIdentityScratch ? *value | 0x00010000U : value;
  }
};

TEST(AttachTest, ABusWithAStuckBitIsFound) {
  MockCard card;
  EXPECT_EQ(make_driver_card(std::make_unique<StuckBus>(card), mock_config(card)).status().code(),
            Code::kMalformed);
}

TEST(AttachTest, ACardThatDoesNotBecomeReadyIsHung) {
  class NeverReady : public MockBus {
   public:
    using MockBus::MockBus;
    Result<uint32_t> read32(uint32_t address) override {
      auto value = MockBus::read32(address);
      return address == regs::kControlStatus ? Result<uint32_t>(0U) : value;
    }
  };
  MockCard card;
  const Status status =
      make_driver_card(std::make_unique<NeverReady>(card), mock_config(card)).status();
  EXPECT_EQ(status.code(), Code::kTimeout);
  EXPECT_NE(status.message().find("card hung"), std::string::npos) << status.message();
}

TEST(AttachTest, ACardThatKeepsItsKeysIsRefused) {
  MockCard card;
  card.clears_keys = false;
  EXPECT_EQ(attach_status(card).code(), Code::kInternal);
}

TEST(AttachTest, CapacitiesThatCannotBeAreRefused) {
  for (const uint32_t capacity : {0U, 0x04060430U, 0x04ff0406U, 0x04060704U}) {
    MockCard card;
    card.reg(regs::kIdentityCapacity) = capacity;
    EXPECT_EQ(attach_status(card).code(), Code::kMalformed) << capacity;
  }
}

TEST(AttachTest, MoreFlowsThanTheCardHasAreRefused) {
  MockCard card;
  DriverConfig config = mock_config(card);
  config.max_flows = 33;
  EXPECT_EQ(make_driver_card(std::make_unique<MockBus>(card), config).status().code(),
            Code::kInvalidArgument);
}

}  // namespace
}  // namespace vitrine::card::driver::test
