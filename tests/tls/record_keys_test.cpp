#include "host/tls/record_keys.h"

#include <array>

#include <gtest/gtest.h>

#include "host/tls/key_log.h"
#include "host/tls/record_stream.h"

namespace vitrine::tls {
namespace {

class RecordKeys : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(secure_memory_init()); }
};

// RFC 8448 section 3, the server's application traffic secret of the simple 1-RTT handshake.
constexpr std::string_view kRfc8448Line =
    "SERVER_TRAFFIC_SECRET_0 "
    "cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7 "
    "a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643";

TEST_F(RecordKeys, Rfc8448ServerApplicationKeysAreDerived) {
  auto logged = read_key_log(kRfc8448Line);
  ASSERT_TRUE(logged && logged->secret.valid());
  EXPECT_EQ(logged->kind, LoggedSecret::Kind::kServerTraffic);
  const TrafficSecret secret(std::move(logged->secret), Hash::kSha256);
  const auto key = secret.record_key(16);
  ASSERT_TRUE(key) << key.status().to_string();
  EXPECT_EQ(to_hex(key->key.view()), "9f02283b6c9c07efc26bb9f2ac92e356");
  EXPECT_EQ(to_hex(key->iv.view()), "cf782b88dd83549aadf1e984");
}

TEST_F(RecordKeys, GenerationsDiffer) {
  const TrafficSecret first(Secret(Bytes(std::array<uint8_t, 48>{})), Hash::kSha384);
  auto second = first.next();
  ASSERT_TRUE(second);
  EXPECT_FALSE(first.record_key(32)->key == second->record_key(32)->key);
}

TEST_F(RecordKeys, AnEmptySecretGivesNothing) {
  EXPECT_FALSE(TrafficSecret().record_key(16));
  EXPECT_FALSE(TrafficSecret().next());
}

TEST_F(RecordKeys, Tls12ExpansionRefusesWrongSizes) {
  const std::array<uint8_t, 32> random{};
  EXPECT_FALSE(expand_tls12_keys(Secret(47), random, random, Hash::kSha256, 16));
  EXPECT_FALSE(expand_tls12_keys(Secret(48), Bytes(random).first(31), random, Hash::kSha256, 16));
  const auto keys = expand_tls12_keys(Secret(48), random, random, Hash::kSha384, 32);
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->client_write.key.size(), 32U);
  EXPECT_EQ(keys->client_write.iv.size(), 12U);
  EXPECT_EQ(to_hex(keys->client_write.iv.view().subspan(4)), "0000000000000000");
  EXPECT_FALSE(keys->client_write.key == keys->server_write.key);
}

TEST_F(RecordKeys, OtherKeyLogLinesAreIgnoredAndBrokenOnesGiveNoSecret) {
  EXPECT_FALSE(read_key_log("CLIENT_HANDSHAKE_TRAFFIC_SECRET 00 11").has_value());
  EXPECT_FALSE(read_key_log("").has_value());
  for (const std::string_view line :
       {"CLIENT_TRAFFIC_SECRET_0 00 1", "CLIENT_TRAFFIC_SECRET_0 00 zz",
        "CLIENT_TRAFFIC_SECRET_0 00 "}) {
    const auto logged = read_key_log(line);
    ASSERT_TRUE(logged.has_value()) << line;
    EXPECT_FALSE(logged->secret.valid()) << line;
  }
}

TEST(RecordStream, BoundaryIsTheSameHoweverTheStreamIsCut) {
  const std::vector<uint8_t> stream = {23, 3, 3, 0,  9, 1, 2, 3, 4,  5, 6,
                                       7,  8, 9, 20, 3, 3, 0, 0, 21, 3, 3};
  for (size_t cut = 0; cut <= stream.size(); ++cut) {
    RecordStream records;
    records.feed(Bytes(stream).first(cut));
    records.feed(Bytes(stream).subspan(cut));
    EXPECT_EQ(records.bytes_to_boundary(), 2U);
    EXPECT_EQ(records.records(), 2U);
    EXPECT_EQ(records.bytes(), stream.size());
  }
  RecordStream records;
  const size_t expected[] = {4, 3, 2, 1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 4, 3, 2, 1, 0, 4, 3, 2};
  for (size_t i = 0; i < stream.size(); ++i) {
    records.feed(Bytes(stream).subspan(i, 1));
    EXPECT_EQ(records.bytes_to_boundary(), expected[i]) << "after byte " << i;
  }
}

TEST(RecordStream, HeadOfTheLastWholeRecordIsKept) {
  RecordStream records;
  records.feed(std::array<uint8_t, 15>{23, 3, 3, 0, 10, 0, 0, 0, 0, 0, 0, 1, 2, 9, 9});
  EXPECT_EQ(records.last_head(), 0x0102U);
  records.feed(std::array<uint8_t, 9>{23, 3, 3, 0, 10, 7, 7, 7, 7});
  EXPECT_EQ(records.last_head(), 0x0102U) << "the second record is not whole";
}

}  // namespace
}  // namespace vitrine::tls
