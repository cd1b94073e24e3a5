#include "host/card/image/image.h"

#include <gtest/gtest.h>

#include "tests/card/image/world.h"

namespace vitrine::card::image {
namespace {

// The same bytes with `from` in the manifest replaced.
std::vector<uint8_t> with(const std::vector<uint8_t>& image, const std::string& from,
                          const std::string& to) {
  std::string text(image.begin(), image.end());
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  return {text.begin(), text.end()};
}

TEST(CardImage, ReadsBackWhatWasBuilt) {
  const UniquePkey key = new_image_key();
  const auto bytes = sample_image(key.get(), "1.4.0", 1000, 100);
  const auto image = read_image(bytes, key.get());
  ASSERT_TRUE(image) << image.status().to_string();
  EXPECT_EQ(image->manifest().version.text(), "1.4.0");
  EXPECT_EQ(image->manifest().board, "u55c");
  EXPECT_EQ(image->manifest().register_map, 0xb538ea7fU);
  EXPECT_EQ(image->bitstream.size(), 1000U);
  EXPECT_EQ(image->firmware.size(), 100U);
  EXPECT_EQ(bytes, sample_image(key.get(), "1.4.0", 1000, 100)) << "one content, one image";
}

TEST(CardImage, AnotherKeysImageIsRefused) {
  const UniquePkey key = new_image_key();
  const auto bytes = sample_image(new_image_key().get(), "1.4.0", 1000, 100);
  EXPECT_EQ(read_image(bytes, key.get()).status().code(), Code::kPermission);
}

TEST(CardImage, NoBitCanBeChanged) {
  const UniquePkey key = new_image_key();
  const auto bytes = sample_image(key.get(), "1.4.0", 500, 100);
  for (size_t i = 0; i < bytes.size(); ++i) {
    auto changed = bytes;
    changed[i] ^= static_cast<uint8_t>(1U << i % 8);
    EXPECT_FALSE(read_image(changed, key.get())) << "byte " << i;
  }
}

TEST(CardImage, NoByteCanBeCutOrAdded) {
  const UniquePkey key = new_image_key();
  auto bytes = sample_image(key.get(), "1.4.0", 500, 100);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(parse_image(Bytes(bytes).first(size)).status().code(), Code::kMalformed) << size;
  }
  bytes.push_back(0);
  EXPECT_EQ(parse_image(bytes).status().code(), Code::kMalformed);
}

TEST(CardImage, ManifestHasOneSpelling) {
  const UniquePkey key = new_image_key();
  const auto bytes = sample_image(key.get(), "1.4.0", 500, 100);
  const std::pair<const char*, const char*> rows[] = {
      {"image 1\n", "image 2\n"},
      {"version: 1.4.0", "version: 01.4.0"},
      {"version: 1.4.0", "version: 1.4"},
      {"version: 1.4.0", "version: 1.4.70000"},
      {"board: u55c", "board: U55C"},
      {"board: u55c", "board: "},
      {"board: u55c", "board:u55c"},
      {"board: u55c", "board: u55cu55cu55cu55cu"},
      {"uuid: 6f", "uuid: 6F"},
      {"uuid: 6f", "uuid: "},
      {"register-map: b538", "register-map: +538"},
      {"bitstream: 500", "bitstream: 0500"},
      {"bitstream: 500", "bitstream: -500"},
      {"bitstream: 500", "bitstream: 99999999999999999999"},
      {"bitstream: 500", "bitstream: 125829121"},
      {"firmware: 100", "firmware: 0"},
      {"firmware: 100", "firmware: 1048577"},
      {"firmware: 100 ", "firmware: 100  "},
      {"signature: ", "signature:"},
      {"\nboard: u55c", "\r\nboard: u55c"},
  };
  for (const auto& [from, to] : rows) {
    EXPECT_EQ(parse_image(with(bytes, from, to)).status().code(), Code::kMalformed) << to;
  }
}

TEST(CardImage, WhatNoManifestCanSayIsNotBuilt) {
  const UniquePkey key = new_image_key();
  const std::vector<uint8_t> part(10);
  Manifest manifest = sample_manifest("1.0.0");
  manifest.board = "U55C\nuuid";
  EXPECT_EQ(build_image(manifest, part, part, key.get()).status().code(), Code::kInvalidArgument);
  manifest = sample_manifest("1.0.0");
  manifest.uuid = "short";
  EXPECT_EQ(build_image(manifest, part, part, key.get()).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(build_image(sample_manifest("1.0.0"), {}, part, key.get()).status().code(),
            Code::kInvalidArgument);
}

TEST(Version, OrdersByNumbers) {
  EXPECT_LT(parse_version("1.9.2").value(), parse_version("1.10.0").value());
  EXPECT_LT(parse_version("1.10.0").value(), parse_version("2.0.0").value());
  EXPECT_EQ(parse_version("1.2.3")->text(), "1.2.3");
  for (const char* text : {"", "1", "1.2", "1.2.3.4", "1.2.3 ", "a.b.c", "1..2", "-1.0.0"}) {
    EXPECT_FALSE(parse_version(text)) << text;
  }
}

}  // namespace
}  // namespace vitrine::card::image
