// The flow mailbox's words, field by field.
#include "host/card/flow_image.h"

#include <set>

#include <gtest/gtest.h>

#include "tests/support/record_stream.h"

namespace vitrine::card {
namespace {

using vitrine::test::ByteVector;

RecordKey key_of(uint8_t first, size_t size) {
  ByteVector bytes(size);
  ByteVector iv(12);
  for (size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<uint8_t>(first + i);
  }
  for (size_t i = 0; i < iv.size(); ++i) {
    iv[i] = static_cast<uint8_t>(first + 0x40 + i);
  }
  return {Secret(bytes), Secret(iv)};
}

class FlowImageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(secure_memory_init().is_ok());
    spec.key.source = IpAddress::parse("192.0.2.1").value();
    spec.key.destination = IpAddress::parse("198.51.100.7").value();
    spec.key.source_port = 40000;
    spec.key.destination_port = 443;
    spec.idle_timeout_ms = 60'000;
  }
  void make_splice() {
    spec.action = Action::kSplice;
    Splice splice;
    splice.version = TlsVersion::kTls13;
    for (uint8_t i = 0; i < 2; ++i) {
      SpliceDirection& d = splice.directions[i];
      d.in = key_of(static_cast<uint8_t>(1 + i), 16);
      d.out = key_of(static_cast<uint8_t>(3 + i), 32);
    }
    spec.splice = splice;
  }
  FlowSpec spec;
};

TEST_F(FlowImageTest, APlainFlowIsItsKey) {
  spec.key.ingress = Port::kOutside;
  spec.key.vlan = {100, VlanTags::kNone};
  spec.action = Action::kDrop;
  const auto image = FlowImage::install({0x1122334455667788, 0xabcd}, spec);
  ASSERT_TRUE(image.is_ok());
  ASSERT_EQ(image->size(), 16U);
  EXPECT_EQ(image->word(0), 0x55667788U);
  EXPECT_EQ(image->word(1), 0x11223344U);
  EXPECT_EQ(image->word(2), 0x06000000U | 4U << 20 | 1U << 18 | 1U << 16 | 0xabcdU);
  EXPECT_EQ(image->word(3), 0x1fff0064U);
  EXPECT_EQ(image->word(4), 443U << 16 | 40000U);
  EXPECT_EQ(image->word(5), 60'000U);
  EXPECT_EQ(image->word(6), 0U);
  EXPECT_EQ(image->word(8), 0x010200c0U) << "192.0.2.1, first byte lowest";
  EXPECT_EQ(image->word(9), 0U);
  EXPECT_EQ(image->word(12), 0x076433c6U);
}

TEST_F(FlowImageTest, AnIpv6AddressTakesFourWords) {
  spec.key.source = IpAddress::parse("2001:db8::1").value();
  spec.key.destination = IpAddress::parse("2001:db8:1::7").value();
  const auto image = FlowImage::install({1, 0}, spec);
  ASSERT_TRUE(image.is_ok());
  EXPECT_EQ(image->word(2) >> 20 & 15U, 6U);
  EXPECT_EQ(image->word(8), 0xb80d0120U);
  EXPECT_EQ(image->word(11), 0x01000000U);
  EXPECT_EQ(image->word(13), 0x00000100U);
  EXPECT_EQ(image->word(15), 0x07000000U);
}

TEST_F(FlowImageTest, EveryFieldOfASpliceHasItsPlace) {
  make_splice();
  SpliceDirection& d = spec.splice->directions[1];
  d.sequence_delta = 0x10;
  d.timestamp_delta = 0x20;
  d.first_sequence = 0x30;
  d.in_record = 0x400000001;
  d.out_record = 0x500000002;
  d.out_explicit_nonce = 0x600000003;
  d.tap = TapMode::kAll;
  d.tap_bytes = 77;
  d.strict = true;
  d.next_in = key_of(0x50, 32);
  d.next_out = key_of(0x60, 16);
  const auto image = FlowImage::install({1, 2}, spec);
  ASSERT_TRUE(image.is_ok());
  ASSERT_EQ(image->size(), 144U);
  EXPECT_EQ(image->word(6), 0x0304U);
  constexpr size_t kBase = 80;
  const uint32_t expected[] = {
      0x10, 0x20, 0x30, 0x1U | 0x2U | 2U << 4 | 1U << 9 | 1U << 10, 1, 4, 2, 5, 3, 6, 77, 0};
  for (size_t i = 0; i < std::size(expected); ++i) {
    EXPECT_EQ(image->word(kBase + i), expected[i]) << i;
  }
  EXPECT_EQ(image->word(kBase + 12), 0x45444342U) << "in IV";
  EXPECT_EQ(image->word(kBase + 14), 0x4d4c4b4aU);
  EXPECT_EQ(image->word(kBase + 15), 0U);
  EXPECT_EQ(image->word(kBase + 16), 0x47464544U) << "out IV";
  EXPECT_EQ(image->word(kBase + 20), 0x93929190U) << "next in IV";
  EXPECT_EQ(image->word(kBase + 24), 0xa3a2a1a0U) << "next out IV";
  EXPECT_EQ(image->word(kBase + 28), 0x05040302U) << "in key";
  EXPECT_EQ(image->word(kBase + 31), 0x11100f0eU);
  EXPECT_EQ(image->word(kBase + 32), 0U) << "AES-128: the rest is zero";
  EXPECT_EQ(image->word(kBase + 36), 0x07060504U) << "out key";
  EXPECT_EQ(image->word(kBase + 43), 0x23222120U);
  EXPECT_EQ(image->word(kBase + 44), 0x53525150U) << "next in key";
  EXPECT_EQ(image->word(kBase + 52), 0x63626160U) << "next out key";
  EXPECT_EQ(image->word(kBase + 56), 0U);
  EXPECT_EQ(image->word(16 + 28), 0x04030201U) << "the other direction's";
}

TEST_F(FlowImageTest, Tls12HasNoNextKeys) {
  make_splice();
  spec.splice->version = TlsVersion::kTls12;
  spec.splice->directions[0].next_in = key_of(0x50, 32);
  spec.splice->directions[0].next_out = key_of(0x60, 32);
  const auto image = FlowImage::install({1, 2}, spec);
  ASSERT_TRUE(image.is_ok());
  EXPECT_EQ(image->word(6), 0x0303U);
  EXPECT_EQ(image->word(16 + 3) & 0xc01U, 0U);
  EXPECT_EQ(image->word(16 + 44), 0U);
}

TEST_F(FlowImageTest, AKeyUpdateHasOneDirectionsNextKeysOnly) {
  const auto image =
      FlowImage::update_keys({9, 3}, Direction::kFromInside, key_of(1, 32), key_of(2, 16));
  ASSERT_TRUE(image.is_ok());
  EXPECT_EQ(image->size(), 80U);
  EXPECT_EQ(image->word(0), 9U);
  EXPECT_EQ(image->word(2), 3U);
  EXPECT_EQ(image->word(16 + 3), 1U | 1U << 10);
  EXPECT_EQ(image->word(16 + 28), 0U);
  EXPECT_EQ(image->word(16 + 44), 0x04030201U);
  EXPECT_EQ(image->word(16 + 52), 0x05040302U);
  EXPECT_EQ(image->word(16 + 20), 0x44434241U);
}

TEST_F(FlowImageTest, WhatCannotBeIsRefused) {
  const auto refuses = [&](const FlowSpec& wrong, const char* what) {
    EXPECT_EQ(FlowImage::install({1, 0}, wrong).status().code(), Code::kInvalidArgument) << what;
  };
  FlowSpec wrong = spec;
  wrong.key.vlan.outer = 0x1000;
  refuses(wrong, "VLAN id of 13 bits");
  wrong = spec;
  wrong.idle_timeout_ms = 0;
  refuses(wrong, "no time");
  make_splice();
  wrong = spec;
  wrong.key.protocol = 17;
  refuses(wrong, "splice of UDP");
  wrong = spec;
  wrong.splice->directions[0].in.key = Secret(ByteVector(24, 1));
  refuses(wrong, "AES-192");
  wrong = spec;
  wrong.splice->directions[1].out.iv = Secret(ByteVector(8, 1));
  refuses(wrong, "IV of 8 bytes");
  wrong = spec;
  wrong.splice->directions[1].next_in = key_of(1, 16);
  refuses(wrong, "next keys of one leg only");
  EXPECT_EQ(
      FlowImage::update_keys({1, 0}, Direction::kFromInside, key_of(1, 16), {}).status().code(),
      Code::kInvalidArgument);
  EXPECT_TRUE(FlowImage::install({1, 0}, spec).is_ok());
}

}  // namespace
}  // namespace vitrine::card
