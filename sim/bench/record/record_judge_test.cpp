// record_judge against the soft card's judge_beginning.
#include <random>

#include <Vrecord_judge.h>
#include <gtest/gtest.h>

#include "host/card/soft/record/post_handshake.h"

namespace vitrine::bench {
namespace {

using card::soft::InnerVerdict;

TEST(RecordJudge, EqualsTheSoftCard) {
  std::mt19937_64 random(1);
  Vrecord_judge judge;
  size_t seen[3] = {};
  for (int i = 0; i < 300000; ++i) {
    constexpr uint8_t types[] = {0, 20, 21, 22, 22, 22, 22, 23};
    constexpr uint8_t messages[] = {4, 24, 24, 13, 0};
    const uint8_t type = types[random() % 8];
    const size_t body = random() % 3 == 0 ? random() % 70000 : random() % 4;
    const auto length = static_cast<uint16_t>(body + 3 + random() % 3);
    const uint8_t first[5] = {messages[random() % 5], static_cast<uint8_t>(body >> 16),
                              static_cast<uint8_t>(body >> 8), static_cast<uint8_t>(body),
                              static_cast<uint8_t>(random() % 3)};
    uint64_t word = 0;
    for (const uint8_t byte : first) {
      word = word << 8 | byte;
    }
    judge.content_type_i = type;
    judge.length_i = length;
    judge.first_i = word;
    judge.eval();
    const InnerVerdict verdict = card::soft::judge_beginning(type, length, first);
    ASSERT_EQ(judge.forbidden_o != 0, verdict == InnerVerdict::kForbidden) << i;
    ASSERT_EQ(judge.key_update_o != 0, verdict == InnerVerdict::kKeyUpdate) << i;
    ++seen[static_cast<size_t>(verdict)];
  }
  EXPECT_GT(seen[static_cast<size_t>(InnerVerdict::kKeyUpdate)], 1000U);
  EXPECT_GT(seen[static_cast<size_t>(InnerVerdict::kPass)], 1000U);
}

}  // namespace
}  // namespace vitrine::bench
