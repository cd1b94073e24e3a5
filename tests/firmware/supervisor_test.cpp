// The supervisor's parts and its commands over the mock.
#include "firmware/supervisor/supervisor.h"

#include <algorithm>
#include <memory>
#include <set>
#include <vector>

#include "firmware/drivers/card.h"
#include "firmware/drivers/core_regs.h"
#include "firmware/supervisor/known_answers.h"
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "tests/firmware/mock_hardware.h"

namespace vitrine::firmware {
namespace {

constexpr uint32_t kMemory = 0x8001'0000;

TEST(FirmwareConnections, SplicesHaveTheFirstIndicesAndOthersTheRest) {
  const auto store = std::make_unique<ConnectionStore>();
  Connections connections(*store);
  connections.init(8, 3);
  EXPECT_EQ(connections.add(1, true), 0U);
  EXPECT_EQ(connections.add(2, false), 3U);
  for (uint64_t id = 3; id < 7; ++id) {
    EXPECT_EQ(connections.add(id, false), id + 1);
  }
  EXPECT_EQ(connections.add(7, false), 1U) << "nothing else is left";
  EXPECT_EQ(connections.add(8, true), 2U);
  EXPECT_EQ(connections.add(9, true), kNoConnection);
  EXPECT_EQ(connections.used(), 8U);
  connections.remove(5);
  EXPECT_EQ(connections.add(9, true), kNoConnection) << "5 cannot splice";
  EXPECT_EQ(connections.add(10, false), 5U);
  EXPECT_EQ(connections.id(5), 10U);
  EXPECT_EQ(connections.id(8), 0U);
}

TEST(FirmwareConnections, ChangingAtRandomGivesNoIndexTwice) {
  const auto store = std::make_unique<ConnectionStore>();
  Connections connections(*store);
  connections.init(1 << 20, 1000);
  ASSERT_EQ(connections.connections(), kMaxConnections);
  std::set<uint32_t> used;
  uint32_t random = 1;
  for (uint32_t i = 1; i < 60'000; ++i) {
    random = random * 1664525 + 1013904223;
    if ((random >> 16) % 5 < 3) {
      const uint32_t index = connections.add(i, (random >> 20) % 4 == 0);
      if (index != kNoConnection) {
        EXPECT_TRUE(used.insert(index).second) << index;
      }
    } else if (!used.empty()) {
      const auto some = used.lower_bound((random >> 8) % kMaxConnections);
      const uint32_t index = some == used.end() ? *used.begin() : *some;
      connections.remove(index);
      used.erase(index);
    }
  }
  EXPECT_EQ(connections.used(), used.size());
  // As after a crash.
  Connections again(*store);
  again.recover(1 << 20, 1000);
  EXPECT_EQ(again.used(), used.size());
  while (again.used() < kMaxConnections) {
    const uint32_t index = again.add(99'999, false);
    ASSERT_NE(index, kNoConnection);
    EXPECT_TRUE(used.insert(index).second);
  }
}

TEST(FirmwareLog, OldEntriesGoFirst) {
  Log log;
  for (uint32_t i = 0; i < 100; ++i) {
    log.add(i, LogCode::kAged, 1000 + i);
  }
  EXPECT_EQ(log.first(), 36U);
  EXPECT_EQ(log.next(), 100U);
  EXPECT_EQ(log.at(36).argument, 1036U);
  EXPECT_EQ(log.at(99).argument, 1099U);
}

std::vector<uint8_t> bytes_of(const uint32_t* words, size_t size) {
  std::vector<uint8_t> out;
  for (size_t i = 0; i < size; ++i) {
    out.push_back(static_cast<uint8_t>(words[i / 4] >> (8 * (i % 4))));
  }
  return out;
}

// Opens with OpenSSL what the self test's records hold, so that the answers are not the engine's
// own.
void check_leg(const KnownAnswer& known, uint32_t key, uint32_t nonce, const uint32_t* cipher_text,
               const uint32_t* tag) {
  const size_t key_bytes = known.aes256 ? 32 : 16;
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  std::vector<uint8_t> plain(128);
  std::vector<uint8_t> tag_bytes = bytes_of(tag, 16);
  int size = 0;
  EVP_DecryptInit_ex(context, known.aes256 ? EVP_aes_256_gcm() : EVP_aes_128_gcm(), nullptr,
                     bytes_of(known.operands + key, key_bytes).data(),
                     bytes_of(known.operands + nonce, 12).data());
  EVP_DecryptUpdate(context, nullptr, &size, bytes_of(known.operands + 24, 13).data(), 13);
  EVP_DecryptUpdate(context, plain.data(), &size, bytes_of(cipher_text, 128).data(), 128);
  EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, 16, tag_bytes.data());
  EXPECT_EQ(EVP_DecryptFinal_ex(context, plain.data() + 128, &size), 1);
  EVP_CIPHER_CTX_free(context);
  EXPECT_EQ(plain, bytes_of(known.plain, 128));
}

TEST(FirmwareSelfTest, TheKnownAnswersAreThoseOfAnotherImplementation) {
  for (const KnownAnswer& known : kKnownAnswers) {
    check_leg(known, 0, 16, known.operands + 32, known.in_tag);
    check_leg(known, 8, 20, known.out, known.out_tag);
  }
  EXPECT_NE(kKnownAnswers[0].aes256, kKnownAnswers[1].aes256);
}

TEST(FirmwareSelfTest, MemoryFaultsAreFoundWhereTheyAre) {
  MockHardware hardware;
  hardware.add_memory(kMemory, 64);
  EXPECT_TRUE(test_memory(kMemory, kMemory + 256).passed());
  for (const uint32_t stuck : {kMemory, kMemory + 0x80, kMemory + 0xfc}) {
    for (const bool one : {false, true}) {
      hardware.spoil = [&](uint32_t address, uint32_t value) {
        return address != stuck ? value : one ? value | 0x10 : value & ~0x10U;
      };
      const SelfTestResult result = test_memory(kMemory, kMemory + 256);
      EXPECT_EQ(result.step, SelfTestStep::kMemory);
      EXPECT_EQ(result.detail, stuck);
    }
  }
}

TEST(FirmwareSelfTest, AnAddressLineThatIsNotThereIsFound) {
  MockHardware hardware;
  hardware.add_memory(kMemory, 64);
  // The upper half shows the lower one.
  hardware.spoil = [&hardware, inner = false](uint32_t address, uint32_t value) mutable {
    if (inner || (address & 0x80) == 0) {
      return value;
    }
    inner = true;
    const uint32_t other = hardware.read(address & ~0x80U);
    inner = false;
    return other;
  };
  EXPECT_EQ(test_memory(kMemory, kMemory + 256).step, SelfTestStep::kMemory);
}

class SupervisorTest : public testing::Test {
 protected:
  SupervisorTest() {
    hardware.add_memory(kMemory, 16);
    hardware.answer(at(card_regs::kIdentityCapacity), {0x0407'070a});
    hardware.answer(at(card_regs::kControlStatus), {1});
  }
  static constexpr uint32_t at(uint32_t address) { return kCardBase + address; }
  // A request in the mailbox, one turn, the reply's error.
  Error tell(Command command, const std::vector<uint32_t>& operands) {
    hardware.answer(core_regs::kMailboxStatus, {1});
    hardware.answer(core_regs::kMailboxRequest, {static_cast<uint32_t>(command) |
                                                 static_cast<uint32_t>(operands.size()) << 16});
    for (size_t i = 0; i < operands.size(); ++i) {
      hardware.answer(core_regs::kMailboxRequest + 4 + 4 * static_cast<uint32_t>(i), {operands[i]});
    }
    hardware.accesses.clear();
    supervisor.step();
    hardware.answer(core_regs::kMailboxStatus, {0});
    const auto replies = hardware.writes_to(core_regs::kMailboxReply, 1);
    return replies.size() == 1 ? static_cast<Error>(replies[0].value) : Error::kHardware;
  }
  void at_time(uint64_t us) {
    hardware.answer(core_regs::kClintMtimeLo, {static_cast<uint32_t>(us)});
    hardware.accesses.clear();
  }
  static std::vector<uint32_t> splice() {
    std::vector<uint32_t> words(144, 0x5ec2e7);
    words[2] = 0x0643'ffff;
    return words;
  }
  // Every word of a request was cleared.
  bool wiped(uint32_t words) const {
    std::set<uint32_t> cleared;
    for (const Access& access : hardware.writes_to(core_regs::kMailboxRequest + 4, words)) {
      cleared.insert(access.address);
    }
    return cleared.size() == words;
  }

  MockHardware hardware;
  std::unique_ptr<ConnectionStore> store = std::make_unique<ConnectionStore>();
  CrashDump crash{};
  Supervisor supervisor{
      Layout{.test_first = kMemory, .test_end = kMemory + 64, .store = *store, .crash = crash}};
};

TEST_F(SupervisorTest, TheCardIsStoppedBeforeAnythingElse) {
  supervisor.boot();
  EXPECT_EQ(hardware.accesses.front(), writes(at(0x100), 0));
  EXPECT_EQ(hardware.accesses.back(), writes(core_regs::kMailboxEnable, 1));
}

// The mock is no card, so the self test fails.
TEST_F(SupervisorTest, ARefusedSplicesKeysAreWipedAndNeverReachTheCard) {
  supervisor.boot();
  EXPECT_EQ(tell(Command::kInstall, splice()), Error::kSelfTestFailed);
  EXPECT_TRUE(wiped(144));
  EXPECT_TRUE(hardware.writes_to(at(card_regs::kFlowMailbox), 256).empty());
  EXPECT_TRUE(hardware.writes_to(at(card_regs::kFlowsCommand), 1).empty());
  EXPECT_EQ(supervisor.connections().used(), 0U);
  EXPECT_EQ(hardware.accesses.back(), writes(core_regs::kMailboxStatus, 1));
}

TEST_F(SupervisorTest, AnInstallWritesItsWordsAndThenTheCommand) {
  supervisor.boot();
  std::vector<uint32_t> words(16);
  words[0] = 5;
  words[2] = 0x0640'1234;
  words[4] = 0x01bb'0001;
  EXPECT_EQ(tell(Command::kInstall, words), Error::kOk);
  EXPECT_TRUE(wiped(16));
  std::vector<Access> card = hardware.writes_to(at(card_regs::kFlowsCommand), 0x400);
  EXPECT_EQ(card, (std::vector<Access>{writes(at(0x1000), 5), writes(at(0x1004), 0),
                                       writes(at(0x1008), 0x0640'0040),
                                       writes(at(0x1010), 0x01bb'0001), writes(at(0x500), 1)}));
  EXPECT_EQ(supervisor.connections().id(64), 5U);
  // The card refuses the next: its index is free again.
  hardware.answer(at(card_regs::kFlowsStatus), {3 << 4});
  EXPECT_EQ(tell(Command::kInstall, words), Error::kFull);
  EXPECT_EQ(supervisor.connections().used(), 1U);
}

TEST_F(SupervisorTest, WrongNumbersOfOperandsAreRefused) {
  supervisor.boot();
  EXPECT_EQ(tell(Command::kInstall, std::vector<uint32_t>(17, 1)), Error::kBadRequest);
  EXPECT_EQ(tell(Command::kRemove, std::vector<uint32_t>(15, 1)), Error::kBadRequest);
  EXPECT_EQ(tell(Command::kSeed, std::vector<uint32_t>(11, 1)), Error::kBadRequest);
  EXPECT_EQ(tell(Command::kIdentify, {1}), Error::kBadRequest);
  EXPECT_EQ(tell(Command::kUpdateKeys, std::vector<uint32_t>(79, 1)), Error::kBadRequest);
  EXPECT_EQ(tell(Command::kLog, {99}), Error::kBadRequest);
  EXPECT_EQ(tell(Command::kRemove, std::vector<uint32_t>(16, 1)), Error::kNotFound);
  std::vector<uint32_t> unspliced(144, 1);
  unspliced[2] = 0;
  EXPECT_EQ(tell(Command::kInstall, unspliced), Error::kBadRequest);
}

TEST_F(SupervisorTest, ASilentHostIsLostOnceAndAtItsLimit) {
  supervisor.boot();
  hardware.answer(at(card_regs::kControlZeroizeCount), {0, 1});
  at_time(1'000'000);
  EXPECT_EQ(tell(Command::kStart, {20, 0}), Error::kOk);
  EXPECT_EQ(supervisor.state(), State::kRunning);
  at_time(1'020'000);
  supervisor.step();
  EXPECT_EQ(supervisor.state(), State::kRunning);
  at_time(1'020'001);
  supervisor.step();
  EXPECT_EQ(supervisor.state(), State::kHostLost);
  EXPECT_EQ(hardware.writes_to(at(card_regs::kControlControl), 64),
            (std::vector<Access>{writes(at(0x108), 1), writes(at(0x100), 0)}));
  at_time(2'000'000);
  supervisor.step();
  EXPECT_TRUE(hardware.writes_to(at(card_regs::kControlControl), 64).empty());
  EXPECT_EQ(tell(Command::kInstall, splice()), Error::kNotReady);
}

TEST_F(SupervisorTest, OnlyAReadyCardStarts) {
  hardware.answer(at(card_regs::kControlStatus), {0});
  supervisor.boot();
  EXPECT_EQ(tell(Command::kStart, {20, 0}), Error::kNotReady);
  EXPECT_EQ(supervisor.state(), State::kStopped);
}

TEST_F(SupervisorTest, AConnectionThatTheCardStillHasStays) {
  supervisor.boot();
  std::vector<uint32_t> words(16, 3);
  words[2] = 0;
  ASSERT_EQ(tell(Command::kInstall, words), Error::kOk);
  // 16 indices a turn: the fifth comes to index 64.
  for (uint64_t turn = 1; turn <= 5; ++turn) {
    at_time(turn * 1000);
    supervisor.step();
  }
  EXPECT_EQ(hardware.writes_to(at(card_regs::kFlowsCommand), 1),
            (std::vector<Access>{writes(at(0x500), 4)}));
  EXPECT_EQ(supervisor.connections().used(), 1U);
}

}  // namespace
}  // namespace vitrine::firmware
