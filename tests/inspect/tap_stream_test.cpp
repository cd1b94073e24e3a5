#include "host/inspect/tap_stream.h"

#include <gtest/gtest.h>

namespace vitrine::inspect {
namespace {

class TapStreamTest : public testing::Test {
 protected:
  void bytes(uint64_t record, uint32_t offset, std::string_view text) {
    card::TapBytes tap;
    tap.record = record;
    tap.offset = offset;
    tap.plaintext = as_bytes(text);
    stream_.on_bytes(tap);
  }
  void record(uint64_t number, uint32_t length, bool verified = true, uint8_t type = 23) {
    card::TapRecord record;
    record.record = number;
    record.length = length;
    record.verified = verified;
    record.content_type = type;
    stream_.on_record(record, [this](uint8_t content_type, Bytes plaintext) {
      out_ += std::to_string(content_type) + ":" + std::string(as_text(plaintext)) + " ";
    });
  }

  TapBudget budget_{2U << 20};
  TapStream stream_{5, budget_};
  std::string out_;
};

TEST_F(TapStreamTest, RecordsComeInOrderOfTheirNumbers) {
  bytes(6, 0, "second!");
  record(6, 6);
  EXPECT_EQ(out_, "");
  bytes(5, 0, "first?");
  record(5, 5);
  EXPECT_EQ(out_, "23:first 23:second ") << "without what is behind the length: type and padding";
  record(7, 0, true, 21);
  EXPECT_EQ(out_, "23:first 23:second 21: ");
  EXPECT_EQ(budget_.left(), 2U << 20);
}

TEST_F(TapStreamTest, PiecesOfARecordComeInAnyOrder) {
  bytes(5, 4, "ef");
  bytes(5, 0, "ab");
  EXPECT_EQ(stream_.waiting_bytes(), 6U);
  bytes(5, 2, "cd");
  record(5, 6);
  EXPECT_EQ(out_, "23:abcdef ");
}

TEST_F(TapStreamTest, NothingOfARecordThatHasNotVerifiedComesOut) {
  bytes(5, 0, "abc");
  bytes(6, 0, "def");
  EXPECT_EQ(out_, "");
  record(5, 3, false);
  record(6, 3);
  EXPECT_EQ(out_, "");
  EXPECT_TRUE(stream_.lost());
  EXPECT_EQ(stream_.why(), "a record did not verify");
}

TEST_F(TapStreamTest, AVerifiedRecordWithoutAllItsBytesIsALoss) {
  bytes(5, 0, "ab");
  bytes(5, 3, "de");
  record(5, 5);
  EXPECT_TRUE(stream_.lost());
  EXPECT_EQ(out_, "");
  bytes(6, 0, "later");
  record(6, 5);
  EXPECT_EQ(out_, "") << "and stays one";
  EXPECT_EQ(budget_.left(), 2U << 20);
}

TEST_F(TapStreamTest, ARecordThatOthersOvertakeForTooLongIsALoss) {
  for (uint64_t n = 1; n < TapStream::kMaxRecords; ++n) {
    bytes(5 + n, 0, "x");
    record(5 + n, 1);
    ASSERT_FALSE(stream_.lost()) << n;
  }
  bytes(5 + TapStream::kMaxRecords, 0, "x");
  EXPECT_TRUE(stream_.lost());
}

TEST_F(TapStreamTest, ARecordMissingAtTheEndIsALoss) {
  bytes(6, 0, "x");
  record(6, 1);
  stream_.on_end();
  EXPECT_TRUE(stream_.lost());
}

TEST_F(TapStreamTest, AnUnfinishedRecordAtTheEndIsNone) {
  bytes(5, 0, "x");
  stream_.on_end();
  EXPECT_FALSE(stream_.lost());
  EXPECT_EQ(budget_.left(), 2U << 20);
}

TEST_F(TapStreamTest, MemoryIsBounded) {
  const std::string large(16384, 'x');
  uint64_t number = 6;
  while (!stream_.lost() && number < 5 + TapStream::kMaxRecords) {
    bytes(number++, 0, large);
    ASSERT_LE(stream_.waiting_bytes(), TapStream::kMaxBytes);
  }
  EXPECT_EQ(number, 5 + TapStream::kMaxRecords) << "what the card keeps in flight fits";
  TapBudget small(100);
  TapStream other(0, small);
  card::TapBytes tap;
  tap.plaintext = as_bytes(large);
  other.on_bytes(tap);
  EXPECT_TRUE(other.lost());
  EXPECT_EQ(small.left(), 100U);
}

TEST_F(TapStreamTest, OverlapAndExcessAreRefused) {
  bytes(5, 0, "abcd");
  bytes(5, 2, "xx");
  EXPECT_TRUE(stream_.lost());
  TapStream other(0, budget_);
  card::TapBytes tap;
  tap.offset = 0xfffffff0;
  tap.plaintext = as_bytes("abc");
  other.on_bytes(tap);
  EXPECT_TRUE(other.lost());
}

}  // namespace
}  // namespace vitrine::inspect
