// The tap: the plaintext of every record, once, in the order of arrival, and whether it verified.
#include <map>

#include <gtest/gtest.h>

#include "tests/card/record/splice_harness.h"

namespace vitrine::card::soft {
namespace {

HarnessOptions tapped(TlsVersion version, TapMode mode, uint32_t bytes = 0) {
  HarnessOptions options;
  options.version = version;
  options.tap = mode;
  options.tap_bytes = bytes;
  return options;
}

std::map<uint64_t, ByteVector> assemble(const RecordingSink& sink) {
  std::map<uint64_t, ByteVector> records;
  for (const auto& piece : sink.tap) {
    ByteVector& record = records[piece.record];
    record.resize(std::max(record.size(), piece.offset + piece.plaintext.size()));
    std::copy(piece.plaintext.begin(), piece.plaintext.end(), record.begin() + piece.offset);
  }
  return records;
}

TEST(Tap, GivesPlaintextOfEveryRecordOnceInAnyOrder) {
  for (const TlsVersion version : {TlsVersion::kTls12, TlsVersion::kTls13}) {
    SpliceHarness h(tapped(version, TapMode::kAll));
    h.append_data(3000);
    h.append_data(200);
    h.append_data(5000);
    const size_t third = h.records[2].first;
    h.send(0, 1000);
    h.send(2000, 2500);
    h.send(1000, 2000);
    h.send(500, third + 100);
    h.send(0, h.stream.size());
    h.send(0, h.stream.size());
    ByteVector all;
    size_t bytes = 0;
    const auto records = assemble(h.sink);
    ASSERT_EQ(records.size(), 3U);
    uint64_t number = h.options.first_record;
    for (const auto& [record, plaintext] : records) {
      EXPECT_EQ(record, number++);
      const size_t type = version == TlsVersion::kTls13 ? 1 : 0;
      all.insert(all.end(), plaintext.begin(), plaintext.end() - static_cast<ptrdiff_t>(type));
      bytes += plaintext.size();
    }
    EXPECT_TRUE(all == h.content);
    size_t tapped_bytes = 0;
    for (const auto& piece : h.sink.tap) {
      tapped_bytes += piece.plaintext.size();
    }
    EXPECT_EQ(tapped_bytes, bytes) << "each byte once";
    ASSERT_EQ(h.sink.ends.size(), 3U);
    EXPECT_TRUE(h.sink.ends[0].verified);
    EXPECT_EQ(h.sink.ends[0].type, 23);
    EXPECT_EQ(h.sink.ends[0].length, 3000U);
    EXPECT_EQ(h.sink.ends[2].length, 5000U);
  }
}

TEST(Tap, NumbersCountOverKeyGenerations) {
  SpliceHarness h(tapped(TlsVersion::kTls13, TapMode::kAll));
  h.append_data(10);
  h.append_key_update();
  h.append_data(10);
  h.send(0, h.stream.size());
  ASSERT_EQ(h.sink.ends.size(), 3U);
  EXPECT_EQ(h.sink.ends[2].record, h.options.first_record + 2);
  EXPECT_EQ(h.sink.ends[1].type, 22);
  EXPECT_EQ(h.sink.ends[1].length, 5U);
}

TEST(Tap, BadRecordIsSaidToBe) {
  SpliceHarness h(tapped(TlsVersion::kTls13, TapMode::kAll));
  h.append_data(2000);
  h.stream.back() ^= 1;
  h.send(0, 1000);
  EXPECT_FALSE(h.sink.tap.empty());
  h.send(1000, h.stream.size());
  ASSERT_EQ(h.sink.ends.size(), 1U);
  EXPECT_FALSE(h.sink.ends[0].verified);
}

TEST(Tap, BadRecordInOnePacketGivesNoBytes) {
  SpliceHarness h(tapped(TlsVersion::kTls13, TapMode::kAll));
  h.append_data(100);
  h.stream.back() ^= 1;
  h.send(0, h.stream.size());
  EXPECT_TRUE(h.sink.tap.empty());
}

TEST(Tap, FirstBytesEndAtTheLimit) {
  SpliceHarness h(tapped(TlsVersion::kTls12, TapMode::kFirstBytes, 1500));
  h.append_data(1000);
  h.append_data(1000);
  h.append_data(1000);
  h.send(0, h.stream.size());
  ASSERT_EQ(h.sink.tap.size(), 2U);
  EXPECT_EQ(h.sink.tap[0].plaintext.size(), 1000U);
  EXPECT_EQ(h.sink.tap[1].plaintext.size(), 500U);
  EXPECT_EQ(h.sink.ends.size(), 3U);
}

}  // namespace
}  // namespace vitrine::card::soft
