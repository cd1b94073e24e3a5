// gcm_vectors: its readers, and that a wrong engine fails and is said to.
#include <sstream>

#include "sim/tools/gcm_vectors/judge.h"
#include "sim/tools/gcm_vectors/reader.h"
#include <gtest/gtest.h>

namespace vitrine::gcm {
namespace {

const char* const kEncrypt =
    "# comment\r\n[Keylen = 128]\r\n\r\nCount = 0\r\nKey = 00112233445566778899aabbccddeeff\r\nIV "
    "= 000102030405060708090a0b\r\n"
    "PT = 0a\r\nAAD = \r\nCT = 0b\r\nTag = 000102030405060708090a0b0c0d0e0f\r\n";
const char* const kDecrypt =
    "Count = 0\nKey = 00\nIV = 01\nCT = 02\nAAD = 03\nTag = 04\nFAIL\n"
    "Count = 1\nKey = 00\nIV = 01\nCT = 02\nAAD = 03\nTag = 04\nPT = 05\n";
const char* const kWycheproof = R"({"algorithm": "AES-GCM", "testGroups": [{"ivSize": 96, "tests": [
    {"tcId": 1, "key": "00", "iv": "01", "aad": "", "msg": "02", "ct": "03", "tag": "04", "result": "valid"},
    {"tcId": 7, "key": "00", "iv": "01", "aad": "", "msg": "", "ct": "03", "tag": "04", "result": "invalid"}]}]})";

std::vector<Vector> rsp(const std::string& text) {
  std::istringstream in(text);
  return read_rsp(in, "file");
}

TEST(GcmVectors, EncryptFileIsRead) {
  const auto vectors = rsp(kEncrypt);
  ASSERT_EQ(vectors.size(), 1U);
  EXPECT_TRUE(vectors[0].seals);
  EXPECT_FALSE(vectors[0].opens);
  EXPECT_EQ(vectors[0].plain, ByteVector{0x0a});
  EXPECT_EQ(vectors[0].cipher, ByteVector{0x0b});
  EXPECT_TRUE(vectors[0].aad.empty());
  EXPECT_EQ(vectors[0].tag.size(), 16U);
}

TEST(GcmVectors, DecryptFileIsReadWithItsFailures) {
  const auto vectors = rsp(kDecrypt);
  ASSERT_EQ(vectors.size(), 2U);
  EXPECT_TRUE(vectors[0].opens && vectors[0].refused);
  EXPECT_TRUE(vectors[1].opens && !vectors[1].refused && !vectors[1].seals);
  EXPECT_EQ(vectors[1].plain, ByteVector{0x05});
}

TEST(GcmVectors, WycheproofIsReadWithItsInvalidCases) {
  const auto vectors = read_wycheproof(kWycheproof, "file");
  ASSERT_EQ(vectors.size(), 2U);
  EXPECT_TRUE(vectors[0].seals && vectors[0].opens && !vectors[0].refused);
  EXPECT_TRUE(!vectors[1].seals && vectors[1].opens && vectors[1].refused);
  EXPECT_EQ(vectors[1].name, "file tcId 7");
}

TEST(GcmVectors, WhatIsNotUnderstoodIsAnError) {
  EXPECT_ANY_THROW(rsp("Count = 0\nKez = 00\n"));
  EXPECT_ANY_THROW(rsp("Count = 0\nKey = 0\n"));
  EXPECT_ANY_THROW(rsp("Key = 00\n"));
  EXPECT_ANY_THROW(rsp(""));
  EXPECT_ANY_THROW(read_wycheproof(R"({"algorithm": "AES-CCM", "testGroups": []})", "file"));
  EXPECT_ANY_THROW(read_file("/no/such/file"));
}

// Gives back what it was told to.
class FixedEngine : public Engine {
 public:
  explicit FixedEngine(Result result) : result_(std::move(result)) {}
  std::string not_applicable(const Vector& vector) const override {
    return not_applicable_to_records(vector);
  }
  Result seal(const Vector&) override { return result_; }
  Result open(const Vector&) override { return result_; }

 private:
  Result result_;
};

Vector valid_case() {
  Vector vector;
  vector.opens = true;
  vector.key = ByteVector(16);
  vector.iv = ByteVector(12);
  vector.plain = {1, 2};
  vector.cipher = {3, 4};
  vector.tag = ByteVector(16, 5);
  return vector;
}

Counts judged(const Vector& vector, Result result) {
  FixedEngine engine(std::move(result));
  Counts counts;
  judge(engine, vector, counts);
  return counts;
}

TEST(GcmVectors, WrongTextAndWrongVerdictFail) {
  const ByteVector tag(16, 5);
  const ByteVector other(16, 6);
  EXPECT_EQ(judged(valid_case(), {{1, 2}, tag}).passed, 1U);
  EXPECT_EQ(judged(valid_case(), {{1, 3}, tag}).failed, 1U);
  EXPECT_EQ(judged(valid_case(), {{1, 2}, other}).failed, 1U);
  Vector refused = valid_case();
  refused.refused = true;
  EXPECT_EQ(judged(refused, {{1, 2}, tag}).failed, 1U);
  EXPECT_EQ(judged(refused, {{1, 2}, other}).passed, 1U);
  Vector sealed = valid_case();
  sealed.seals = true;
  sealed.opens = false;
  EXPECT_EQ(judged(sealed, {{3, 4}, tag}).passed, 1U);
  EXPECT_EQ(judged(sealed, {{3, 5}, tag}).failed, 1U);
  EXPECT_EQ(judged(sealed, {{3, 4}, other}).failed, 1U);
}

TEST(GcmVectors, WhatRecordsDoNotHaveIsNotApplicableAndCounted) {
  Vector key = valid_case();
  key.key = ByteVector(24);
  Vector iv = valid_case();
  iv.iv = ByteVector(16);
  Vector tag = valid_case();
  tag.tag = ByteVector(12);
  for (const Vector& vector : {key, iv, tag}) {
    const Counts counts = judged(vector, {});
    EXPECT_EQ(counts.passed + counts.failed, 0U);
    EXPECT_EQ(counts.not_applicable.size(), 1U);
  }
  EXPECT_EQ(judged(tag, {}).summary(),
            "0 passed, 0 failed, 1 not applicable (1: tag of other than 128 bits)");
}

TEST(GcmVectors, TheSoftEngineSealsAndOpens) {
  // NIST SP 800-38D's validation set: AES-128, zero key and IV, one zero block.
  Vector vector = valid_case();
  vector.seals = true;
  vector.plain = ByteVector(16);
  vector.cipher = parse_hex("0388dace60b6a392f328c2b971b2fe78");
  vector.tag = parse_hex("ab6e47d42cec13bdf53a67b21257bddf");
  const auto engine = make_soft_engine();
  Counts counts;
  judge(*engine, vector, counts);
  vector.tag[3] ^= 1;
  vector.seals = false;
  judge(*engine, vector, counts);
  EXPECT_EQ(counts.passed, 1U);
  EXPECT_EQ(counts.failed, 1U);
}

}  // namespace
}  // namespace vitrine::gcm
