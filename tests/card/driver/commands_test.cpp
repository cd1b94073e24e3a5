// Commands: what reaches the card's mailboxes, and what becomes of its answers.
#include <set>

#include <gtest/gtest.h>

#include "tests/card/driver/mock_bus.h"
#include "tests/card/spliced_connection.h"

namespace vitrine::card::driver::test {
namespace {

using card::test::ConnectionOptions;
using card::test::SplicedConnection;

constexpr uint32_t kInstall = 1;
constexpr uint32_t kRemove = 2;
constexpr uint32_t kUpdate = 3;
constexpr uint32_t kStatistics = 4;
enum CommandResult : uint32_t { kExists = 2, kFull = 3, kNotFound = 4, kEnded = 5 };

class CommandsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(secure_memory_init().is_ok());
    card = make_mock_card(mock, mock_config(mock));
    ASSERT_TRUE(card->start().is_ok());
  }
  static FlowSpec plain(uint16_t port) {
    FlowSpec spec;
    spec.key.source = IpAddress::parse("192.0.2.1").value();
    spec.key.destination = IpAddress::parse("198.51.100.7").value();
    spec.key.source_port = port;
    return spec;
  }
  static FlowSpec spliced(uint16_t port, TlsVersion version = TlsVersion::kTls13) {
    ConnectionOptions options;
    options.client_port = port;
    options.version = version;
    return SplicedConnection(options).spec();
  }
  static std::vector<uint8_t> closed(FlowId flow) {
    return {1, 0, 0, 0, 128, 0, 0, 0, static_cast<uint8_t>(flow)};
  }

  struct Events : CardSink {
    void on_punt(const Punt& /*punt*/) override {}
    void on_event(const FlowEvent& event) override { seen.push_back(event); }
    std::vector<FlowEvent> seen;
  };

  MockCard mock;
  std::unique_ptr<Card> card;
};

TEST_F(CommandsTest, InstallWritesTheMailboxAndThenTheCommand) {
  const auto flow = card->install(spliced(40000));
  ASSERT_TRUE(flow.is_ok());
  ASSERT_EQ(mock.commands, std::vector<uint32_t>{kInstall});
  const auto& mailbox = mock.mailboxes[0];
  EXPECT_EQ(mailbox[0], *flow);
  EXPECT_EQ(mailbox[2] & 0xffff, 0U) << "the first splice context";
  EXPECT_EQ(mailbox[2] >> 16 & 3, static_cast<uint32_t>(Action::kSplice));
  EXPECT_EQ(mailbox[4] & 0xffff, 40000U);
  EXPECT_EQ(mailbox[6], 0x0304U);
}

TEST_F(CommandsTest, SplicesAndOthersHaveIndicesOfTheirOwn) {
  std::set<uint32_t> indices;
  for (uint16_t i = 0; i < 8; ++i) {
    ASSERT_TRUE(card->install(spliced(static_cast<uint16_t>(1000 + i))).is_ok());
    const uint32_t index = mock.mailboxes.back()[2] & 0xffff;
    EXPECT_LT(index, 8U);
    EXPECT_TRUE(indices.insert(index).second);
  }
  EXPECT_EQ(card->install(spliced(2000)).status().code(), Code::kExhausted) << "a ninth splice";
  for (uint16_t i = 0; i < 24; ++i) {
    ASSERT_TRUE(card->install(plain(static_cast<uint16_t>(3000 + i))).is_ok());
    const uint32_t index = mock.mailboxes.back()[2] & 0xffff;
    EXPECT_GE(index, 8U);
    EXPECT_LT(index, 32U);
    EXPECT_TRUE(indices.insert(index).second);
  }
  EXPECT_EQ(card->install(plain(4000)).status().code(), Code::kExhausted);
  EXPECT_EQ(card->counters().flow_table_full, 2U);
  EXPECT_EQ(card->flows().size(), 32U);
}

TEST_F(CommandsTest, AnIndexIsFreeAgainAfterRemoval) {
  for (uint16_t i = 0; i < 100; ++i) {
    const auto flow = card->install(spliced(i));
    ASSERT_TRUE(flow.is_ok());
    EXPECT_EQ(*flow, i + 1U) << "ids are not used twice";
    ASSERT_TRUE(card->remove(*flow).is_ok());
    EXPECT_EQ(card->remove(*flow).status().code(), Code::kNotFound);
  }
}

TEST_F(CommandsTest, TheCardsAnswersBecomeErrors) {
  const std::pair<uint32_t, Code> answers[] = {{1, Code::kInternal},
                                               {kExists, Code::kAlreadyExists},
                                               {kFull, Code::kExhausted},
                                               {9, Code::kInternal}};
  for (const auto& [result, code] : answers) {
    mock.flow_results = {result};
    EXPECT_EQ(card->install(plain(1)).status().code(), code);
  }
  EXPECT_TRUE(card->flows().empty()) << "nothing is left of them";
}

TEST_F(CommandsTest, SpecsThatCannotBeNeverReachTheCard) {
  FlowSpec wrong = plain(1);
  wrong.key.ingress = Port::kHost;
  EXPECT_EQ(card->install(wrong).status().code(), Code::kInvalidArgument);
  EXPECT_TRUE(mock.commands.empty());
}

TEST_F(CommandsTest, StatisticsAreThoseOfTheResultRegisters) {
  const auto flow = card->install(plain(1));
  for (uint32_t i = 0; i < 32; ++i) {
    mock.reg(regs::kFlowsResult0 + 4 * i) = 100 + i;
  }
  const auto stats = card->flow_stats(*flow);
  ASSERT_TRUE(stats.is_ok());
  EXPECT_EQ(mock.commands.back(), kStatistics);
  EXPECT_EQ(mock.mailboxes.back()[0], *flow);
  const DirectionStats& second = stats->directions[1];
  EXPECT_EQ(second.packets, 116U | 117ULL << 32);
  EXPECT_EQ(second.bytes, 118U | 119ULL << 32);
  EXPECT_EQ(second.payload_bytes, 120U | 121ULL << 32);
  EXPECT_EQ(second.new_payload_bytes, 122U | 123ULL << 32);
  EXPECT_EQ(second.records, 124U | 125ULL << 32);
  EXPECT_EQ(second.next_sequence, 126U);
  EXPECT_EQ(second.last_acknowledgement, 127U);
  const auto last = card->remove(*flow);
  ASSERT_TRUE(last.is_ok());
  EXPECT_EQ(mock.commands.back(), kRemove);
  EXPECT_EQ(mock.mailboxes.back()[4] & 0xffff, 1U) << "with its key";
  EXPECT_EQ(last->directions[0].packets, 100U | 101ULL << 32);
}

TEST_F(CommandsTest, KeysAreUpdatedInTheirDirection) {
  SplicedConnection connection;
  const auto flow = card->install(connection.spec());
  const auto [in, out] = connection.next_keys(Direction::kFromOutside);
  EXPECT_TRUE(card->update_keys(*flow, Direction::kFromOutside, in, out).is_ok());
  EXPECT_EQ(mock.commands.back(), kUpdate | 1U << 4);
  mock.flow_results = {kEnded, kNotFound};
  EXPECT_EQ(card->update_keys(*flow, Direction::kFromInside, in, out).code(), Code::kUnavailable);
  EXPECT_EQ(card->update_keys(*flow, Direction::kFromInside, in, out).code(), Code::kNotFound);
  EXPECT_EQ(card->update_keys(77, Direction::kFromInside, in, out).code(), Code::kNotFound);
  const auto forwarded = card->install(plain(1));
  EXPECT_EQ(card->update_keys(*forwarded, Direction::kFromInside, in, out).code(),
            Code::kInvalidArgument);
  const auto tls12 = card->install(spliced(5, TlsVersion::kTls12));
  EXPECT_EQ(card->update_keys(*tls12, Direction::kFromInside, in, out).code(),
            Code::kInvalidArgument);
}

TEST_F(CommandsTest, ACommandThatDoesNotEndIsACardThatHangs) {
  mock.hangs = true;
  const uint64_t before = mock.clock.monotonic_ns();
  const Status status = card->install(plain(1)).status();
  EXPECT_EQ(status.code(), Code::kTimeout);
  EXPECT_NE(status.message().find("card hung"), std::string::npos) << status.message();
  EXPECT_NE(status.message().find("restart"), std::string::npos) << "and says what to do";
  EXPECT_LT(mock.clock.monotonic_ns() - before, 1'100'000'000U);
  EXPECT_EQ(card->install(plain(2)).status().code(), Code::kTimeout) << "still busy";
  EXPECT_EQ(mock.commands.size(), 1U) << "no command over one that runs";
  mock.hangs = false;
  mock.reg(regs::kFlowsStatus) = 0;
  EXPECT_TRUE(card->install(plain(3)).is_ok()) << "it was only slow";
}

TEST_F(CommandsTest, ACardThatIsGoneGivesErrorsAndItsLastCounters) {
  mock.reg(regs::kCountersForwardedLo) = 5;
  EXPECT_EQ(card->counters().forwarded, 5U);
  mock.is_gone = true;
  mock.reg(regs::kCountersForwardedLo) = 6;
  EXPECT_EQ(card->counters().forwarded, 5U);
  EXPECT_EQ(card->zeroize().code(), Code::kTimeout);
  EXPECT_EQ(card->load_rules({}).code(), Code::kTimeout);
}

TEST_F(CommandsTest, RulesAreWrittenChunkByChunkAndTakenOver) {
  RuleGeneration generation;
  generation.configuration_version = 7;
  generation.otherwise = Action::kPunt;
  generation.rules.resize(40);  // two slices
  generation.rules[33].action = Action::kDrop;
  mock.forget_writes();
  ASSERT_TRUE(card->load_rules(generation).is_ok());
  const auto commands = mock.written(regs::kRulesCommand);
  ASSERT_EQ(commands.size(), 2U * 69 + 1);
  EXPECT_EQ(commands[0], 2U);
  EXPECT_EQ(commands[68], 2U | 68U << 16) << "actions of the first slice";
  EXPECT_EQ(commands[69], 2U | 1U << 23) << "the second slice";
  EXPECT_EQ(commands.back(), 3U | 2U << 16) << "two slices take over";
  EXPECT_EQ(mock.written(regs::kRulesVersion), std::vector<uint32_t>{7});
  EXPECT_EQ(mock.written(regs::kRulesOtherwise), std::vector<uint32_t>{2});
  EXPECT_EQ(mock.reg(regs::kRuleMailbox + 4) & 3U, static_cast<uint32_t>(Action::kDrop))
      << "of rule 33";
}

TEST_F(CommandsTest, OfAGenerationOnlyWhatTheCardDoesNotHoldIsWritten) {
  RuleGeneration generation;
  generation.rules.resize(40);
  ASSERT_TRUE(card->load_rules(generation).is_ok());
  const auto written_by = [&] {
    mock.forget_writes();
    EXPECT_TRUE(card->load_rules(generation).is_ok());
    return mock.written(regs::kRulesCommand);
  };
  EXPECT_EQ(written_by().size(), 2U * 69 + 1) << "the card's other generation";
  EXPECT_EQ(written_by(), (std::vector<uint32_t>{3U | 2U << 16})) << "held already";
  generation.rules[33].action = Action::kDrop;
  EXPECT_EQ(written_by(), (std::vector<uint32_t>{2U | (1U << 7 | 68U) << 16, 3U | 2U << 16}));
  EXPECT_EQ(mock.reg(regs::kRuleMailbox + 4) & 3U, static_cast<uint32_t>(Action::kDrop));
  EXPECT_EQ(written_by().size(), 2U) << "the other one still has the old action";
  EXPECT_EQ(written_by().size(), 1U);
}

TEST_F(CommandsTest, AfterAFailureNothingIsBelievedToBeHeld) {
  RuleGeneration generation;
  generation.rules.resize(1);
  ASSERT_TRUE(card->load_rules(generation).is_ok());
  ASSERT_TRUE(card->load_rules(generation).is_ok());
  mock.rule_result = 1;
  EXPECT_EQ(card->load_rules(generation).code(), Code::kInternal);
  mock.rule_result = 0;
  mock.forget_writes();
  EXPECT_TRUE(card->load_rules(generation).is_ok());
  EXPECT_EQ(mock.written(regs::kRulesCommand).size(), 69U + 1);
}

TEST_F(CommandsTest, MoreRulesThanTheCardHoldsAreRefused) {
  RuleGeneration generation;
  generation.rules.resize(65);
  EXPECT_EQ(card->load_rules(generation).code(), Code::kExhausted);
}

TEST_F(CommandsTest, ZeroizeIsBelievedOnlyWhenCounted) {
  EXPECT_TRUE(card->zeroize().is_ok());
  mock.clears_keys = false;
  EXPECT_EQ(card->zeroize().code(), Code::kInternal);
}

TEST_F(CommandsTest, StartAndStopMoveTheRunBitAndClearKeys) {
  EXPECT_EQ(card->start().code(), Code::kAlreadyExists);
  EXPECT_EQ(mock.reg(regs::kControlControl), 1U);
  const uint32_t cleared = mock.reg(regs::kControlZeroizeCount);
  card->stop();
  EXPECT_EQ(mock.reg(regs::kControlControl), 0U);
  EXPECT_EQ(mock.reg(regs::kControlZeroizeCount), cleared + 1);
  EXPECT_TRUE(card->start().is_ok());
}

TEST_F(CommandsTest, HeartbeatAndFailOpenReachTheCard) {
  DriverConfig config = mock_config(mock);
  MockCard other;
  config.heartbeat_timeout_ms = 1234;
  config.fail_open = true;
  config.clock = &other.clock;
  const auto made = make_mock_card(other, config);
  ASSERT_TRUE(made->start().is_ok());
  EXPECT_EQ(other.reg(regs::kHeartbeatLimit), 1234U);
  EXPECT_EQ(other.reg(regs::kControlControl), 3U);
  other.forget_writes();
  made->heartbeat();
  EXPECT_EQ(other.written(regs::kHeartbeatBeat).size(), 1U);
}

TEST_F(CommandsTest, AClosedFlowKeepsItsIndexUntilTheCardHasLetItGo) {
  for (uint16_t i = 0; i < 8; ++i) {
    ASSERT_TRUE(card->install(spliced(i)).is_ok());
  }
  mock.put_punt(closed(3), std::vector<uint8_t>(128));
  Events sink;
  EXPECT_EQ(card->poll(sink, 10), 1U);
  ASSERT_EQ(sink.seen.size(), 1U);
  EXPECT_EQ(sink.seen[0].key.source_port, 2);
  EXPECT_EQ(card->install(spliced(100)).status().code(), Code::kExhausted) << "it lingers";
  mock.flow_results = {kNotFound};
  const auto installed = card->install(spliced(100));
  ASSERT_TRUE(installed.is_ok()) << installed.status().to_string();
  EXPECT_EQ(mock.mailboxes.back()[2] & 0xffff, mock.mailboxes[2][2] & 0xffff);
  EXPECT_EQ(card->flow_stats(3).status().code(), Code::kNotFound);
}

TEST_F(CommandsTest, FlowsThatAreGoneAreNotListed) {
  ASSERT_TRUE(card->install(plain(1)).is_ok());
  ASSERT_TRUE(card->install(plain(2)).is_ok());
  mock.put_punt(closed(1), std::vector<uint8_t>(128));
  Events sink;
  card->poll(sink, 10);
  EXPECT_EQ(card->flows().size(), 2U) << "it lingers";
  mock.flow_results = {kNotFound};
  EXPECT_EQ(card->flows(), std::vector<FlowId>{2});
}

TEST_F(CommandsTest, NobodyHearsOfTheEndOfARemovedFlow) {
  const auto flow = card->install(plain(1));
  mock.put_punt(closed(*flow), std::vector<uint8_t>(128));
  ASSERT_TRUE(card->remove(*flow).is_ok());
  Events sink;
  EXPECT_EQ(card->poll(sink, 10), 0U);
  EXPECT_TRUE(sink.seen.empty());
}

TEST_F(CommandsTest, CountersAreThoseOfTheSnapshotAndOfThePorts) {
  DriverConfig config = mock_config(mock);
  MockCard other;
  config.clock = &other.clock;
  config.losses = [] { return LossesBefore{{3, 4}, {5, 6}}; };
  const auto made = make_mock_card(other, config);
  other.reg(regs::kCountersReceivedInsideLo) = 10;
  other.reg(regs::kCountersReceivedInsideHi) = 1;
  other.reg(regs::kCountersMissedOutsideLo) = 2;
  other.reg(regs::kCountersDroppedChecksumLo) = 8;
  other.reg(regs::kCountersPuntedDeadFlowLo) = 9;
  other.reg(regs::kCountersCutLo) = 11;
  other.reg(regs::kFlowsCount) = 12;
  const Counters counters = made->counters();
  EXPECT_EQ(other.written(regs::kCountersSnapshot).size(), 1U);
  EXPECT_EQ(counters.received[0], (1ULL << 32) + 10 + 5);
  EXPECT_EQ(counters.received[1], 6U);
  EXPECT_EQ(counters.missed[0], 3U);
  EXPECT_EQ(counters.missed[1], 6U);
  EXPECT_EQ(counters.dropped[static_cast<size_t>(DropReason::kChecksum)], 8U);
  EXPECT_EQ(counters.dropped[static_cast<size_t>(DropReason::kImpaired)], 11U);
  EXPECT_EQ(counters.punted[static_cast<size_t>(PuntReason::kDeadFlow)], 9U);
  EXPECT_EQ(counters.cut, 11U);
  EXPECT_EQ(counters.flows, 12U);
}

}  // namespace
}  // namespace vitrine::card::driver::test
