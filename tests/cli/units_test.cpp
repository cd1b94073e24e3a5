#include "host/cli/units.h"

#include <gtest/gtest.h>

namespace vitrine::cli {
namespace {

TEST(Units, BytesAreShort) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(1023), "1023 B");
  EXPECT_EQ(human_bytes(1024), "1.0 KiB");
  EXPECT_EQ(human_bytes(1536), "1.5 KiB");
  EXPECT_EQ(human_bytes(1024 * 1024 - 1), "1.0 MiB");
  EXPECT_EQ(human_bytes(UINT64_MAX), "16384.0 PiB");
}

TEST(Units, DurationsHaveTwoParts) {
  EXPECT_EQ(human_duration(350), "350 ms");
  EXPECT_EQ(human_duration(12'345), "12 s");
  EXPECT_EQ(human_duration(185'000), "3 min 05 s");
  EXPECT_EQ(human_duration(7'800'000), "2 h 10 min");
  EXPECT_EQ(human_duration(349'200'000), "4 d 01 h");
}

TEST(Units, FingerprintsHaveColons) {
  EXPECT_EQ(colon_hex("ab12cd"), "ab:12:cd");
  EXPECT_EQ(colon_hex("ab:12"), "ab:12");
  EXPECT_EQ(colon_hex(""), "");
}

TEST(Units, SinceIsAnAgeOrAMoment) {
  constexpr int64_t kNow = 1'391'577'702'189;
  EXPECT_EQ(parse_since("90s", kNow), kNow - 90'000);
  EXPECT_EQ(parse_since("10m", kNow), kNow - 600'000);
  EXPECT_EQ(parse_since("2h", kNow), kNow - 7'200'000);
  EXPECT_EQ(parse_since("1d", kNow), kNow - 86'400'000);
  EXPECT_EQ(parse_since("4000000d", kNow), 0);
  EXPECT_EQ(parse_since("2014-02-05T05:21:42", kNow), 1'391'577'702'000);
  EXPECT_EQ(parse_since("2014-02-05T05:21:42Z", kNow), 1'391'577'702'000);
  EXPECT_EQ(parse_since("2014-02-05 05:21", kNow), 1'391'577'660'000);
  EXPECT_EQ(parse_since("2014-02-05", kNow), 1'391'558'400'000);
  for (const char* wrong :
       {"", "10", "m", "10x", "-5m", "yesterday", "2014-02-05T", "2014-13-05"}) {
    EXPECT_EQ(parse_since(wrong, kNow), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace vitrine::cli
