// aead_aes against OpenSSL: both key sizes, a new random key every clock, gaps, and nothing left
// behind.
#include <deque>
#include <random>
#include <vector>

#include "sim/bench/aead/blocks.h"
#include "sim/bench/support/clocked.h"
#include <Vaead_aes.h>
#include <gtest/gtest.h>

namespace vitrine::bench {
namespace {

constexpr size_t kLanes = VITRINE_LANES;
constexpr uint64_t kLatency = 30;

using Pipe = Clocked<Vaead_aes>;

class AeadAes : public testing::Test {
 protected:
  AeadAes() {
    pipe_->valid_i = 0;
    pipe_.reset();
  }

  void offer(bool aes256) {
    const ByteVector key = random_bytes(random_, aes256 ? 32 : 16);
    ByteVector blocks = random_bytes(random_, 16 * kLanes);
    offer(key, blocks);
    ByteVector want;
    for (size_t lane = 0; lane < kLanes; ++lane) {
      const Block cipher = aes_encrypt(key, Bytes(blocks).subspan(16 * lane, 16));
      want.insert(want.end(), cipher.begin(), cipher.end());
    }
    expected_.push_back({pipe_.clocks() + kLatency, want});
  }
  void offer(Bytes key, Bytes blocks) {
    pipe_->valid_i = 1;
    pipe_->aes256_i = key.size() == 32 ? 1 : 0;
    ByteVector padded(key.begin(), key.end());
    padded.resize(32, 0xa5);  // the lower half of an AES-128 key must not matter
    put_top(pipe_->key_i, padded);
    put_top(pipe_->blocks_i, blocks);
  }
  // One clock, with what is due checked.
  void tick() {
    const bool due = !expected_.empty() && expected_.front().clock == pipe_.clocks();
    pipe_->eval();
    ASSERT_EQ(pipe_->valid_o != 0, due) << "clock " << pipe_.clocks();
    if (due) {
      ASSERT_EQ(get_top(pipe_->blocks_o, 16 * kLanes), expected_.front().blocks);
      expected_.pop_front();
    }
    pipe_.tick();
    pipe_->valid_i = 0;
  }
  void drain() {
    for (uint64_t i = 0; i <= kLatency; ++i) {
      ASSERT_NO_FATAL_FAILURE(tick());
    }
    EXPECT_TRUE(expected_.empty());
  }

  struct Expected {
    uint64_t clock;
    ByteVector blocks;
  };
  Pipe pipe_;
  std::mt19937_64 random_{1};
  std::deque<Expected> expected_;
};

TEST_F(AeadAes, MatchesOpenSslWithANewKeyOfEitherSizeEveryClock) {
  for (int i = 0; i < 2000; ++i) {
    offer(random_() % 2 == 0);
    ASSERT_NO_FATAL_FAILURE(tick());
  }
  drain();
}

TEST_F(AeadAes, GapsDoNotMixBlocks) {
  for (int i = 0; i < 2000; ++i) {
    if (random_() % 3 != 0) {
      offer(random_() % 2 == 0);
    }
    ASSERT_NO_FATAL_FAILURE(tick());
  }
  drain();
}

TEST_F(AeadAes, KnownAnswersOfFips197) {
  const ByteVector text = from_hex("00112233445566778899aabbccddeeff");
  const struct {
    const char* key;
    const char* cipher;
  } kAnswers[] = {{"000102030405060708090a0b0c0d0e0f", "69c4e0d86a7b0430d8cdb78070b4c55a"},
                  {"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
                   "8ea2b7ca516745bfeafc49904b496089"}};
  for (const auto& answer : kAnswers) {
    ByteVector blocks;
    ByteVector want;
    for (size_t lane = 0; lane < kLanes; ++lane) {
      blocks.insert(blocks.end(), text.begin(), text.end());
      const ByteVector cipher = from_hex(answer.cipher);
      want.insert(want.end(), cipher.begin(), cipher.end());
    }
    offer(from_hex(answer.key), blocks);
    expected_.push_back({pipe_.clocks() + kLatency, want});
    ASSERT_NO_FATAL_FAILURE(tick());
  }
  drain();
}

}  // namespace
}  // namespace vitrine::bench
