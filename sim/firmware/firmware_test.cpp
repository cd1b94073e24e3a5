// The firmware's ELF on the Verilated core: commands, self test, watchdog, ageing, crash.
#include <algorithm>

#include "firmware/supervisor/crash.h"
#include "firmware/supervisor/log.h"
#include "sim/firmware/card_registers.h"
#include "sim/firmware/firmware_rig.h"
#include <gtest/gtest.h>

#include "host/card/regs.h"

namespace vitrine::sim {
namespace {

namespace regs = card::regs;
using firmware::Command;
using firmware::Error;
using firmware::LogCode;
using firmware::SelfTestStep;
using firmware::State;

class Firmware : public testing::Test {
 protected:
  void boot() {
    ASSERT_TRUE(rig.load(VITRINE_FIRMWARE));
    const Status status = rig.boot();
    ASSERT_TRUE(status) << status.to_string();
  }
  FirmwareReply tell(Command command, const std::vector<uint32_t>& operands = {},
                     uint32_t direction = 0) {
    const auto reply = rig.command(command, operands, direction);
    EXPECT_TRUE(reply) << reply.status().to_string();
    return reply ? *reply : FirmwareReply{.error = Error::kTimeout, .words = {}};
  }
  // A connection's words as the flow mailbox has them.
  static std::vector<uint32_t> flow(uint32_t number, bool spliced) {
    std::vector<uint32_t> words(spliced ? 144 : 16);
    words[0] = number;
    words[1] = 1;
    words[2] = 0x0640'ffff | (spliced ? 3U : 0U) << 16;
    words[4] = 0x01bb'0000 | number;
    words[8] = 0x0a00'0000 + number;
    for (size_t i = 28; i < words.size(); ++i) {
      words[i] = number << 16 | static_cast<uint32_t>(i);
    }
    return words;
  }
  static std::vector<uint32_t> named(uint32_t number, uint32_t index) { return {number, 1, index}; }
  std::vector<firmware::LogEntry> read_log() {
    std::vector<firmware::LogEntry> out;
    const FirmwareReply reply = tell(Command::kLog, {0});
    for (size_t i = 1; i + 2 < reply.words.size(); i += 3) {
      out.push_back({reply.words[i], static_cast<LogCode>(reply.words[i + 1]), reply.words[i + 2]});
    }
    return out;
  }
  bool logged(LogCode code) {
    const auto entries = read_log();
    return std::any_of(entries.begin(), entries.end(),
                       [code](const auto& entry) { return entry.code == code; });
  }

  CardRegisters card;
  FirmwareRig rig{card.bus(), [this] { card.clock(); }};
};

TEST_F(Firmware, BootsTestsItselfAndSaysWhatItIs) {
  boot();
  const FirmwareReply reply = tell(Command::kIdentify);
  EXPECT_EQ(reply.words,
            (std::vector<uint32_t>{firmware::kFirmwareVersion, regs::kMapHash,
                                   static_cast<uint32_t>(State::kStopped), 0, 0, 4, 512, 64}));
  EXPECT_EQ(rig.traps(), 0U);
}

TEST_F(Firmware, ConnectionsAreInstalledQueriedAndRemoved) {
  boot();
  ASSERT_EQ(tell(Command::kStart, {0, 0}).error, Error::kOk);
  const FirmwareReply plain = tell(Command::kInstall, flow(1, false));
  ASSERT_EQ(plain.error, Error::kOk);
  EXPECT_EQ(plain.words, std::vector<uint32_t>{64}) << "the first that cannot splice";
  const FirmwareReply spliced = tell(Command::kInstall, flow(2, true));
  ASSERT_EQ(spliced.error, Error::kOk);
  EXPECT_EQ(spliced.words, std::vector<uint32_t>{0});

  // What the card was told is what the host said, but for the index.
  ASSERT_EQ(card.flows.size(), 2U);
  const auto& words = card.flows.at(uint64_t{1} << 32 | 2).words;
  std::vector<uint32_t> expected = flow(2, true);
  expected[2] = expected[2] & 0xffff'0000;
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), words.begin()));

  EXPECT_EQ(tell(Command::kInstall, flow(1, false)).error, Error::kExists);
  const FirmwareReply query = tell(Command::kQuery, named(2, 0));
  ASSERT_EQ(query.words.size(), 32U);
  EXPECT_EQ(query.words[31], 231U);
  EXPECT_EQ(tell(Command::kQuery, named(2, 1)).error, Error::kNotFound);

  auto keys = flow(2, true);
  keys[2] = 0;
  EXPECT_EQ(tell(Command::kUpdateKeys, keys, 1).error, Error::kOk);
  keys.resize(80);
  EXPECT_EQ(tell(Command::kUpdateKeys, keys, 0).error, Error::kOk);
  EXPECT_EQ(tell(Command::kUpdateKeys, keys, 1).error, Error::kBadRequest);

  auto remove = flow(1, false);
  remove[2] = 64;
  EXPECT_EQ(tell(Command::kRemove, remove).words.size(), 32U);
  EXPECT_EQ(tell(Command::kRemove, remove).error, Error::kNotFound);
  EXPECT_EQ(card.flows.size(), 1U);
  EXPECT_EQ(rig.traps(), 0U);
}

TEST_F(Firmware, RulesSeedAndCountersPassThrough) {
  boot();
  std::vector<uint32_t> chunk(33);
  for (uint32_t i = 0; i < 33; ++i) {
    chunk[i] = 1000 + i;
  }
  chunk[0] = 3 << 7 | 68;
  EXPECT_EQ(tell(Command::kRuleWrite, chunk).error, Error::kOk);
  EXPECT_EQ(card.rule_chunks.at(3 << 7 | 68)[31], 1032U);
  EXPECT_EQ(tell(Command::kRuleTakeOver, {4, 77, 2}).error, Error::kOk);
  EXPECT_EQ(card.active_slices, 4U);
  EXPECT_EQ(card.value(regs::kRulesActiveVersion), 77U);
  EXPECT_EQ(card.value(regs::kRulesOtherwise), 2U);
  EXPECT_EQ(tell(Command::kSeed, std::vector<uint32_t>(12, 9)).error, Error::kOk);
  EXPECT_EQ(card.seed, std::vector<uint32_t>(12, 9));
  const auto counters =
      std::count_if(regs::kRegisters.begin(), regs::kRegisters.end(), [](const auto& item) {
        return item.address > regs::kCountersSnapshot && item.address < 0x1000;
      });
  EXPECT_EQ(tell(Command::kStatistics).words.size(), static_cast<size_t>(counters));
  EXPECT_EQ(card.snapshots, 1U);
  EXPECT_EQ(tell(Command::kZeroize).error, Error::kOk);
  EXPECT_EQ(card.zeroized, 1U);
  EXPECT_EQ(rig.raw(200, {})->error, Error::kNoSuchCommand);
  EXPECT_EQ(tell(Command::kStart, {1}).error, Error::kBadRequest);
  EXPECT_EQ(rig.traps(), 0U);
}

// The self test catches a fault in any one lane of either leg, and nothing is spliced then.
TEST_F(Firmware, AFaultInOneLaneIsFoundAndNothingIsSpliced) {
  boot();
  for (unsigned lane = 0; lane < 4; ++lane) {
    for (const bool outgoing : {false, true}) {
      card.faults.lane = lane;
      card.faults.outgoing = outgoing;
      const FirmwareReply result = tell(Command::kSelfTest);
      ASSERT_EQ(result.words.size(), 2U);
      EXPECT_EQ(result.words[0], static_cast<uint32_t>(SelfTestStep::kLanes));
      EXPECT_EQ(result.words[1], (outgoing ? 32U : 0U) + lane);
    }
  }
  ASSERT_EQ(tell(Command::kStart, {0, 0}).error, Error::kOk);
  EXPECT_EQ(tell(Command::kInstall, flow(1, true)).error, Error::kSelfTestFailed);
  EXPECT_TRUE(card.flows.empty());
  EXPECT_EQ(card.mailbox(), CardRegisters::FlowWords{}) << "keys went to a card that is not sound";
  EXPECT_EQ(tell(Command::kInstall, flow(2, false)).error, Error::kOk);
  EXPECT_EQ(rig.traps(), 0U);
}

TEST_F(Firmware, ABadRegisterAndAHungEngineAreFound) {
  card.faults.scratch_stuck_at_one = 0x100;
  boot();
  FirmwareReply identity = tell(Command::kIdentify);
  EXPECT_EQ(identity.words[3], static_cast<uint32_t>(SelfTestStep::kRegisters));
  EXPECT_EQ(identity.words[4], regs::kIdentityScratch);
  card.faults.scratch_stuck_at_one = 0;
  card.faults.lanes_hang = true;
  EXPECT_EQ(tell(Command::kSelfTest).words, (std::vector<uint32_t>{3, 255}));
  card.faults.lanes_hang = false;
  EXPECT_EQ(tell(Command::kSelfTest).words, (std::vector<uint32_t>{0, 0}));
}

TEST_F(Firmware, ASilentHostIsLostAndTheCardFailsAsItWasTold) {
  boot();
  for (const bool open : {false, true}) {
    const uint32_t before = card.zeroized;
    ASSERT_EQ(tell(Command::kStart, {2, open ? 1U : 0U}).error, Error::kOk);
    EXPECT_EQ(card.value(regs::kHeartbeatLimit), 2U);
    const uint32_t beats = card.beats;
    for (int i = 0; i < 4; ++i) {
      rig.clocks(250'000);  // a millisecond
      EXPECT_EQ(tell(Command::kBeat).error, Error::kOk);
    }
    EXPECT_EQ(card.beats, beats + 4);
    EXPECT_EQ(card.zeroized, before) << "the host was there";
    rig.clocks(550'000);
    EXPECT_EQ(card.zeroized, before + 1);
    EXPECT_EQ(card.value(regs::kControlControl), open ? 3U : 0U);
    EXPECT_EQ(tell(Command::kInstall, flow(1, true)).error, Error::kNotReady);
    EXPECT_EQ(tell(Command::kIdentify).words[2], static_cast<uint32_t>(State::kHostLost));
  }
  EXPECT_TRUE(logged(LogCode::kHostLost));
  ASSERT_EQ(tell(Command::kStart, {0, 0}).error, Error::kOk);
  EXPECT_EQ(tell(Command::kInstall, flow(1, true)).error, Error::kOk);
}

TEST_F(Firmware, ConnectionsThatTheCardEndedGiveTheirIndexBack) {
  boot();
  rig.machine.set_tick_every(1);
  ASSERT_EQ(tell(Command::kStart, {0, 0}).error, Error::kOk);
  for (uint32_t i = 1; i <= 5; ++i) {
    ASSERT_EQ(tell(Command::kInstall, flow(i, true)).words, std::vector<uint32_t>{i - 1});
  }
  card.flows.erase(uint64_t{1} << 32 | 3);
  rig.clocks(100'000);
  EXPECT_EQ(tell(Command::kQuery, named(3, 2)).error, Error::kNotFound);
  EXPECT_TRUE(logged(LogCode::kAged));
  EXPECT_EQ(tell(Command::kQuery, named(4, 3)).error, Error::kOk);
  EXPECT_EQ(tell(Command::kInstall, flow(6, true)).words, std::vector<uint32_t>{2});
}

TEST_F(Firmware, ACrashClearsKeysAndIsToldAfterTheRestart) {
  boot();
  ASSERT_EQ(tell(Command::kStart, {0, 0}).error, Error::kOk);
  ASSERT_EQ(tell(Command::kInstall, flow(1, true)).error, Error::kOk);
  EXPECT_TRUE(tell(Command::kCrashDump).words.empty());
  card.faults.broken_address = regs::kCountersForwardedLo;
  const uint32_t zeroized = card.zeroized;
  EXPECT_EQ(tell(Command::kStatistics).error, Error::kCrashed);
  EXPECT_EQ(rig.traps(), 1U);
  EXPECT_EQ(card.zeroized, zeroized + 1);
  const FirmwareReply dump = tell(Command::kCrashDump);
  ASSERT_EQ(dump.words.size(), firmware::kCrashWords);
  EXPECT_EQ(dump.words[32], 5U) << "a load that the bus refused";
  EXPECT_EQ(dump.words[34], 0x4000'0000 + regs::kCountersForwardedLo);
  EXPECT_EQ(dump.words[35], 1U);
  EXPECT_EQ(card.value(regs::kControlControl), 0U) << "stopped";
  EXPECT_TRUE(logged(LogCode::kCrashed));
  // The connection is still the card's, so its index is not given out again.
  EXPECT_EQ(tell(Command::kQuery, named(1, 0)).error, Error::kOk);
  ASSERT_EQ(tell(Command::kStart, {0, 0}).error, Error::kOk);
  EXPECT_EQ(tell(Command::kInstall, flow(2, true)).words, std::vector<uint32_t>{1});
}

TEST_F(Firmware, AHungUnitIsAnErrorAndNotTheEnd) {
  boot();
  ASSERT_EQ(tell(Command::kStart, {0, 0}).error, Error::kOk);
  card.faults.flow_unit_hangs = true;
  EXPECT_EQ(tell(Command::kInstall, flow(1, false)).error, Error::kTimeout);
  EXPECT_TRUE(logged(LogCode::kHardwareFailed));
  EXPECT_EQ(tell(Command::kBeat).error, Error::kOk);
}

}  // namespace
}  // namespace vitrine::sim
