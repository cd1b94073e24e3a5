#include "host/card/soft/record/ghash.h"

#include <numeric>

#include <gtest/gtest.h>

#include "host/card/soft/record/record_sum.h"
#include "tests/support/record_stream.h"

namespace vitrine::card::soft {
namespace {

using test::Random;

class GhashPaths : public testing::TestWithParam<const GhashPath*> {};

TEST_P(GhashPaths, MultipliesAsThePortablePath) {
  Random random(1);
  for (int i = 0; i < 1000; ++i) {
    const GhashBlock x{random(), random()};
    const GhashBlock y{random(), random()};
    EXPECT_EQ(GetParam()->multiply(x, y), portable_ghash_path().multiply(x, y));
  }
}

// The GCM specification's test case 2: one zero block under the zero key.
TEST_P(GhashPaths, HashesThePublishedGcmExample) {
  const test::ByteVector h = {0x66, 0xe9, 0x4b, 0xd4, 0xef, 0x8a, 0x2c, 0x3b,
                              0x88, 0x4c, 0xfa, 0x59, 0xca, 0x34, 0x2b, 0x2e};
  const test::ByteVector text = {0x03, 0x88, 0xda, 0xce, 0x60, 0xb6, 0xa3, 0x92,
                                 0xf3, 0x28, 0xc2, 0xb9, 0x71, 0xb2, 0xfe, 0x78};
  const test::ByteVector sum = {0xf3, 0x8c, 0xbb, 0x1a, 0xd6, 0x92, 0x23, 0xdc,
                                0xc3, 0x45, 0x7a, 0xe5, 0xb6, 0xb0, 0xf8, 0x85};
  GhashKey key;
  key.set(h.data(), *GetParam());
  uint8_t out[16];
  store_ghash_block(out, whole_sum(key, {}, text));
  EXPECT_EQ(test::ByteVector(out, out + 16), sum);
}

TEST_P(GhashPaths, AgreesWithThePortablePathAtEveryLength) {
  Random random(2);
  const auto h = test::random_bytes(random, 16);
  GhashKey key;
  GhashKey portable;
  key.set(h.data(), *GetParam());
  portable.set(h.data(), portable_ghash_path());
  for (size_t blocks = 0; blocks <= 100; ++blocks) {
    const auto data = test::random_bytes(random, 16 * blocks);
    const GhashBlock start{random(), random()};
    EXPECT_EQ(key.update(start, data.data(), blocks), portable.update(start, data.data(), blocks));
  }
}

TEST_P(GhashPaths, RaisesByTheProductOfSinglePowers) {
  Random random(3);
  const auto h = test::random_bytes(random, 16);
  GhashKey key;
  key.set(h.data(), *GetParam());
  const GhashBlock x{random(), random()};
  GhashBlock expected = x;
  for (size_t power = 0; power <= GhashKey::kMaxPower; ++power) {
    ASSERT_EQ(key.raise(x, power), expected) << power;
    expected = key.raise(expected, 1);
  }
}

TEST_P(GhashPaths, PiecesInAnyOrderAddUpToTheWhole) {
  Random random(4);
  const auto h = test::random_bytes(random, 16);
  GhashKey key;
  key.set(h.data(), *GetParam());
  for (int round = 0; round < 200; ++round) {
    const auto text = test::random_bytes(random, test::random_in(random, 0, 700));
    const auto additional = test::random_bytes(random, test::random_in(random, 0, 40));
    GhashBlock sum = frame_sum(key, additional, text.size());
    std::vector<std::pair<size_t, size_t>> pieces;
    for (size_t at = 0; at < text.size();) {
      const size_t size = std::min(text.size() - at, test::random_in(random, 1, 90));
      pieces.emplace_back(at, size);
      at += size;
    }
    std::shuffle(pieces.begin(), pieces.end(), random);
    for (const auto& [at, size] : pieces) {
      sum ^= piece_sum(key, text.size(), Bytes(text).subspan(at, size), at);
    }
    ASSERT_EQ(sum, whole_sum(key, additional, text));
  }
}

INSTANTIATE_TEST_SUITE_P(Every, GhashPaths,
                         testing::ValuesIn(ghash_paths().begin(), ghash_paths().end()),
                         [](const auto& path) { return path.param->name; });

TEST(GhashKey, WipeLeavesNoPower) {
  Random random(5);
  const auto h = test::random_bytes(random, 16);
  GhashKey key;
  key.set(h.data());
  key.wipe();
  EXPECT_EQ(key.raise({1, 2}, 1), (GhashBlock{0, 0}));
  EXPECT_EQ(key.raise({1, 2}, 1024), (GhashBlock{0, 0}));
}

}  // namespace
}  // namespace vitrine::card::soft
