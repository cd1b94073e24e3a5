#include "host/base/siphash.h"

#include <array>

#include <gtest/gtest.h>

namespace vitrine {
namespace {

TEST(SipHashTest, MatchesThePublishedVector) {
  // Appendix A of the SipHash paper: key 00..0f, input 00..0e.
  const SipKey key{0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL};
  std::array<uint8_t, 15> input{};
  for (size_t i = 0; i < input.size(); ++i) {
    input[i] = static_cast<uint8_t>(i);
  }
  EXPECT_EQ(siphash(key, input), 0xa129ca6149be45e5ULL);
}

TEST(SipHashTest, KeysAreRandom) {
  const auto a = random_sip_key();
  const auto b = random_sip_key();
  ASSERT_TRUE(a && b);
  EXPECT_NE(*a, *b);
}

}  // namespace
}  // namespace vitrine
