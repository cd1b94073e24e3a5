// The drivers' register sequences, access by access.
#include "firmware/base/wait.h"
#include "firmware/drivers/card.h"
#include "firmware/drivers/clock.h"
#include "firmware/drivers/control.h"
#include "firmware/drivers/core_regs.h"
#include "firmware/drivers/flow_unit.h"
#include "firmware/drivers/lanes.h"
#include "firmware/drivers/rule_unit.h"
#include <gtest/gtest.h>

#include "tests/firmware/mock_hardware.h"

namespace vitrine::firmware {
namespace {

constexpr uint32_t at(uint32_t address) { return kCardBase + address; }
constexpr uint32_t kBusy = 1;

class Drivers : public testing::Test {
 protected:
  MockHardware hardware;
};

TEST_F(Drivers, AFlowCommandIsStartedOnceAndWaitedFor) {
  hardware.answer(at(card_regs::kFlowsStatus), {kBusy, kBusy, 0});
  EXPECT_EQ(flow_unit::run(flow_unit::Operation::kUpdateKeys, 1), Error::kOk);
  EXPECT_EQ(hardware.accesses,
            (std::vector<Access>{writes(at(0x500), 0x13), reads(at(0x504), kBusy),
                                 reads(at(0x504), kBusy), reads(at(0x504), 0)}));
}

TEST_F(Drivers, EachResultOfTheFlowUnitIsAnErrorOfItsOwn) {
  const std::vector<std::pair<uint32_t, Error>> table = {
      {0, Error::kOk},       {1, Error::kHardware}, {2, Error::kExists},  {3, Error::kFull},
      {4, Error::kNotFound}, {5, Error::kEnded},    {6, Error::kHardware}};
  for (const auto& [result, error] : table) {
    hardware.answer(at(card_regs::kFlowsStatus), {result << 4});
    EXPECT_EQ(flow_unit::run(flow_unit::Operation::kInstall, 0), error) << result;
  }
}

TEST_F(Drivers, AUnitThatStaysBusyIsGivenUp) {
  hardware.answer(at(card_regs::kFlowsStatus), {kBusy});
  EXPECT_EQ(flow_unit::run(flow_unit::Operation::kRemove, 0), Error::kTimeout);
  EXPECT_EQ(hardware.accesses.size(), kMaxPolls + 1);
}

TEST_F(Drivers, OperandsAndResultsAreWordsOfTheirWindows) {
  hardware.answer(at(0x5bc), {99});
  flow_unit::put(143, 7);
  flow_unit::seed(8);
  EXPECT_EQ(flow_unit::result(31), 99U);
  EXPECT_EQ(hardware.accesses, (std::vector<Access>{writes(at(0x123c), 7), writes(at(0x50c), 8),
                                                    reads(at(0x5bc), 99)}));
}

TEST_F(Drivers, RulesTakeOverWithVersionAndOtherwiseWrittenBefore) {
  EXPECT_EQ(rule_unit::take_over(3, 42, 2), Error::kOk);
  EXPECT_EQ(hardware.accesses,
            (std::vector<Access>{writes(at(0x408), 42), writes(at(0x410), 2),
                                 writes(at(0x400), 3 << 16 | 3), reads(at(0x404), 0)}));
  hardware.answer(at(card_regs::kRulesStatus), {2 << 4});
  EXPECT_EQ(rule_unit::write(69), Error::kBadRequest);
}

TEST_F(Drivers, ZeroizingWaitsAndLooksThatItHappened) {
  hardware.answer(at(card_regs::kControlZeroizeCount), {4, 5});
  hardware.answer(at(card_regs::kControlStatus), {9, 1});
  EXPECT_EQ(control::zeroize(), Error::kOk);
  EXPECT_EQ(hardware.accesses,
            (std::vector<Access>{reads(at(0x10c), 4), writes(at(0x108), 1), reads(at(0x104), 9),
                                 reads(at(0x104), 1), reads(at(0x10c), 5)}));
  hardware.answer(at(card_regs::kControlZeroizeCount), {5});
  EXPECT_EQ(control::zeroize(), Error::kHardware);
}

TEST_F(Drivers, RunningAndTheHeartbeatAreOneWriteEach) {
  control::set_running(true, true);
  control::set_running(false, false);
  control::set_heartbeat_limit(250);
  control::beat();
  EXPECT_EQ(hardware.accesses, (std::vector<Access>{writes(at(0x100), 3), writes(at(0x100), 0),
                                                    writes(at(0x204), 250), writes(at(0x200), 1)}));
}

TEST_F(Drivers, CapacityCountsConnectionsAndSplices) {
  hardware.answer(at(card_regs::kIdentityCapacity), {0x0407'070a});
  EXPECT_EQ(control::capacity().connections, 512U);
  EXPECT_EQ(control::capacity().splices, 64U);
}

TEST_F(Drivers, TheClockIsReadAgainWhereItsHalvesDoNotBelongTogether) {
  hardware.answer(core_regs::kClintMtimeHi, {1, 2, 2});
  hardware.answer(core_regs::kClintMtimeLo, {0xffff'ffff, 3});
  EXPECT_EQ(clock::now_us(), uint64_t{2} << 32 | 3);
}

TEST_F(Drivers, ALanesTestThatIsLateIsATimeout) {
  hardware.answer(core_regs::kLanesStatus, {1, 1, 0x0400});
  EXPECT_EQ(lanes::run(true), Error::kOk);
  EXPECT_EQ(hardware.accesses.front(), writes(core_regs::kLanesControl, 3));
  EXPECT_EQ(hardware.accesses.size(), 4U);
  EXPECT_EQ(lanes::count(), 4U);
  hardware.answer(core_regs::kLanesStatus, {2});
  EXPECT_EQ(lanes::run(false), Error::kTimeout);
}

}  // namespace
}  // namespace vitrine::firmware
