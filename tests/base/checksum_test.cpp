#include "host/base/checksum.h"

#include <initializer_list>
#include <vector>

#include <gtest/gtest.h>

namespace vitrine {
namespace {

TEST(Checksum, MovedChecksumEqualsTheRecomputedOne) {
  std::vector<uint8_t> words = {0x12, 0x34, 0xff, 0xff, 0x00, 0x00, 0xab, 0xcd};
  for (const uint16_t to :
       std::initializer_list<uint16_t>{0x0000, 0x0001, 0x8000, 0xffff, 0x1234}) {
    const auto before = static_cast<uint16_t>(~ones_sum(words));
    auto changed = words;
    store_be16(&changed[2], to);
    const auto after = static_cast<uint16_t>(~ones_sum(changed));
    EXPECT_EQ(moved_checksum(before, 0xffff, to), after) << to;
  }
}

TEST(Checksum, SumOfAnyLengthAgreesWithTheDefinition) {
  std::vector<uint8_t> bytes;
  for (size_t size = 0; size < 70; ++size) {
    uint32_t sum = 0;
    for (size_t i = 0; i < size; ++i) {
      sum += i % 2 == 0 ? static_cast<uint32_t>(bytes[i]) << 8 : bytes[i];
    }
    while (sum >> 16 != 0) {
      sum = (sum & 0xffff) + (sum >> 16);
    }
    EXPECT_EQ(ones_sum(bytes), sum) << size;
    bytes.push_back(static_cast<uint8_t>(size * 73 + 200));
  }
}

// Worked example of RFC 1071 section 3.
TEST(Checksum, SumIsThatOfThePublishedExample) {
  const uint8_t bytes[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
  EXPECT_EQ(ones_sum(bytes), 0xddf2);
  EXPECT_EQ(ones_sum(bytes, 0xffff), 0xddf2) << "one's complement has two zeros";
}

TEST(Checksum, LargeBlocksLoseNoCarry) {
  const std::vector<uint8_t> ones(65536 + 3, 0xff);
  EXPECT_EQ(ones_sum(ones), 0xff00) << "32,769 words of minus zero, and half a word";
}

TEST(Checksum, WritingMakesBothSumsRight) {
  // 20 bytes of IPv4 header, 20 of TCP, an odd payload.
  std::vector<uint8_t> packet(41, 0x5a);
  packet[0] = 0x45;
  write_checksums(packet, 20);
  const Bytes bytes(packet);
  EXPECT_EQ(ones_sum(bytes.first(20)), 0xffff);
  EXPECT_EQ(ones_sum(bytes.subspan(20), pseudo_header_sum(bytes, 6, 21)), 0xffff);
  packet[40] ^= 1;
  EXPECT_NE(ones_sum(bytes.subspan(20), pseudo_header_sum(bytes, 6, 21)), 0xffff);
}

}  // namespace
}  // namespace vitrine
