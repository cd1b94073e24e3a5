// What TLS may put on a spliced connection, and what ends it: headers, content types, KeyUpdate.
#include <gtest/gtest.h>

#include "tests/card/record/splice_harness.h"

namespace vitrine::card::soft {
namespace {

HarnessOptions with(TlsVersion version) {
  HarnessOptions options;
  options.version = version;
  return options;
}

struct BadHeader {
  const char* what;
  TlsVersion version;
  ByteVector bytes;
  CloseReason reason;
};

TEST(RecordHeader, ForbiddenHeadersEndTheSpliceAndDoNotLeave) {
  const auto k12 = TlsVersion::kTls12;
  const auto k13 = TlsVersion::kTls13;
  const std::vector<BadHeader> table = {
      {"1.3 clear alert", k13, {21, 3, 3, 0, 26}, CloseReason::kProtocol},
      {"1.3 clear handshake", k13, {22, 3, 3, 0, 26}, CloseReason::kProtocol},
      {"1.3 change cipher spec", k13, {20, 3, 3, 0, 1}, CloseReason::kProtocol},
      {"1.3 major version", k13, {23, 2, 3, 0, 26}, CloseReason::kProtocol},
      {"1.3 minor version", k13, {23, 3, 1, 0, 26}, CloseReason::kProtocol},
      {"1.3 no content", k13, {23, 3, 3, 0, 16}, CloseReason::kProtocol},
      {"1.3 too long", k13, {23, 3, 3, 0x41, 1}, CloseReason::kProtocol},
      {"1.2 renegotiation", k12, {22, 3, 3, 0, 40}, CloseReason::kRenegotiation},
      {"1.2 change cipher spec", k12, {20, 3, 3, 0, 25}, CloseReason::kProtocol},
      {"1.2 heartbeat", k12, {24, 3, 3, 0, 40}, CloseReason::kProtocol},
      {"1.2 shorter than nonce and tag", k12, {23, 3, 3, 0, 23}, CloseReason::kProtocol},
      {"1.2 too long", k12, {23, 3, 3, 0x40, 25}, CloseReason::kProtocol},
  };
  for (const BadHeader& bad : table) {
    SpliceHarness h(with(bad.version));
    h.append_data(50);
    const size_t good = h.stream.size();
    h.stream.insert(h.stream.end(), bad.bytes.begin(), bad.bytes.end());
    h.stream.resize(h.stream.size() + 60, 0x77);
    h.left.resize(h.stream.size(), -1);
    const Outcome outcome = h.send(0, h.stream.size());
    EXPECT_EQ(outcome.verdict.payload_length, good) << bad.what;
    EXPECT_TRUE(outcome.verdict.closed) << bad.what;
    EXPECT_EQ(outcome.verdict.close_reason, bad.reason) << bad.what;
    EXPECT_EQ(outcome.verdict.record, h.options.first_record + 1) << bad.what;
    EXPECT_TRUE(h.send(good, good + 5).dropped(DropReason::kFlowDead)) << bad.what;
  }
}

TEST(RecordHeader, LongestAndShortestRecordsPass) {
  SpliceHarness h13(with(TlsVersion::kTls13));
  h13.append(23, {}, 0);
  h13.append(23, test::random_bytes(h13.random, 16'384), 239);
  h13.append(23, {}, 16'000);
  h13.deliver(h13.send(0, h13.stream.size()));
  EXPECT_EQ(h13.reader().records().size(), 3U);
  SpliceHarness h12(with(TlsVersion::kTls12));
  h12.append(23, {});
  h12.append_data(16'384);
  h12.append(21, ByteVector{1, 0});
  h12.deliver(h12.send(0, 20));
  h12.deliver(h12.send(20, h12.stream.size()));
  EXPECT_EQ(h12.reader().records().size(), 3U);
}

TEST(RecordHeader, HeaderThatComesByteByByteLeavesAtOnce) {
  for (const TlsVersion version : {TlsVersion::kTls12, TlsVersion::kTls13}) {
    SpliceHarness h(with(version));
    h.append_data(40);
    h.append_data(100);
    for (size_t at = 0; at < h.stream.size(); ++at) {
      const Outcome outcome = h.send(at, at + 1);
      ASSERT_TRUE(outcome.sent()) << at;
      h.deliver(outcome);
      h.deliver(h.send(at - std::min<size_t>(at, 3), at + 1));
    }
    EXPECT_TRUE(h.reader().data() == h.content);
  }
}

TEST(RecordHeader, FirstBytesOfAForbiddenHeaderAreRefusedAlone) {
  SpliceHarness h(with(TlsVersion::kTls12));
  const Outcome outcome = h.send_bytes(0, ByteVector{22});
  EXPECT_TRUE(outcome.dropped(DropReason::kProtocol));
  EXPECT_EQ(outcome.verdict.close_reason, CloseReason::kRenegotiation);
}

// TLS 1.3 inner content.

ByteVector ticket(size_t body) {
  ByteVector message = {4, 0, static_cast<uint8_t>(body >> 8), static_cast<uint8_t>(body)};
  message.resize(4 + body, 0xab);
  return message;
}

ByteVector joined(ByteVector a, const ByteVector& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(PostHandshake, TicketsAlertsAndPaddedDataPass) {
  SpliceHarness h;
  h.append(22, ticket(200));
  h.append(22, joined(ticket(100), ticket(90)));
  h.append(21, ByteVector{1, 0}, 30);
  h.append(23, test::random_bytes(h.random, 900), 100);
  h.append(22, ticket(2000));
  const size_t last = h.records.back().first;
  h.deliver(h.send(0, last + 700));
  h.deliver(h.send(last + 700, h.stream.size()));
  EXPECT_EQ(h.reader().records().size(), 5U);
  EXPECT_FALSE(h.reader().bad());
}

TEST(PostHandshake, WhatASpliceCannotFollowEndsIt) {
  const ByteVector key_update = {24, 0, 0, 1, 0};
  const std::vector<std::tuple<const char*, uint8_t, ByteVector>> table = {
      {"certificate request", 13, {13, 0, 0, 2, 0, 0}},
      {"message over two records", 22, {4, 0, 1, 0, 7, 7, 7}},
      {"key update and more", 22, joined(key_update, ticket(20))},
      {"key update of an unknown kind", 22, {24, 0, 0, 1, 2}},
      {"key update without its byte", 22, {24, 0, 0, 0}},
      {"empty handshake", 22, {}},
      {"inner change cipher spec", 20, {1}},
      {"unknown type", 99, {1, 2, 3}},
  };
  for (const auto& [what, type, bytes] : table) {
    const uint8_t content_type = type == 13 ? 22 : type;
    for (const size_t split : {size_t{0}, size_t{9}}) {
      SpliceHarness h;
      h.append(content_type, bytes);
      Outcome outcome;
      if (split != 0) {
        h.send(0, split);
      }
      outcome = h.send(split, h.stream.size());
      EXPECT_TRUE(outcome.dropped(DropReason::kProtocol)) << what << " " << split;
      EXPECT_EQ(outcome.verdict.close_reason, CloseReason::kProtocol) << what;
    }
  }
}

TEST(PostHandshake, RecordOfZerosOnlyEndsTheSplice) {
  SpliceHarness h;
  h.append(0, {}, 40);
  const Outcome outcome = h.send(0, h.stream.size());
  EXPECT_TRUE(outcome.dropped(DropReason::kProtocol));
}

// KeyUpdate.

TEST(KeyUpdate, BothLegsMoveTogetherAndTheHostIsTold) {
  SpliceHarness h;
  h.append_data(300);
  h.append_key_update(0, true);
  h.append_data(400);
  h.append(22, joined(ticket(30), {24, 0, 0, 1, 0}));
  h.deliver(h.send(0, h.stream.size()));
  EXPECT_EQ(h.sink.generations, (std::vector<uint32_t>{1, 2}));
  EXPECT_EQ(h.reader().records().size(), 4U);
}

TEST(KeyUpdate, RecordsWaitForKeysThatAreMissing) {
  HarnessOptions options;
  options.next_keys = false;
  SpliceHarness h(options);
  h.append_data(300);
  h.append_key_update();
  h.append_data(400);
  const size_t third = h.records[2].first;
  const Outcome cut = h.send(0, h.stream.size());
  EXPECT_EQ(cut.verdict.payload_length, third);
  EXPECT_FALSE(cut.verdict.closed);
  h.deliver(cut);
  EXPECT_EQ(h.sink.generations, (std::vector<uint32_t>{1}));
  EXPECT_TRUE(h.send(third, h.stream.size()).dropped(DropReason::kAwaitingKeys));
  ASSERT_TRUE(h.install_next());
  h.deliver(h.send(third, h.stream.size()));
  EXPECT_TRUE(h.reader().data() == h.content);
}

TEST(KeyUpdate, LostKeyUpdateHoldsBackWhatFollows) {
  SpliceHarness h;
  h.append_data(300);
  h.append_key_update();
  h.append_data(400);
  const size_t update = h.records[1].first;
  const size_t third = h.records[2].first;
  h.deliver(h.send(0, update + 8));  // only its beginning arrives
  EXPECT_TRUE(h.send(third, h.stream.size()).dropped(DropReason::kUnseenHeader));
  h.deliver(h.send(update + 8, third));
  h.deliver(h.send(third, h.stream.size()));
  EXPECT_TRUE(h.reader().data() == h.content);
  EXPECT_FALSE(h.reader().bad());
}

TEST(KeyUpdate, RecordsOfTheOldGenerationMayBeSentAgain) {
  SpliceHarness h;
  h.append_data(3000);
  h.append_key_update();
  h.append_data(400);
  h.deliver(h.send(0, h.stream.size()));
  const Outcome again = h.send(0, h.stream.size());  // the harness compares bytes
  EXPECT_EQ(again.verdict.payload_length, h.stream.size());
}

TEST(KeyUpdate, InALongPaddedRecordWithAHoleBeforeKnownRecordsEndsTheSplice) {
  SpliceHarness h;
  h.append_key_update(1000);
  h.append_data(400);
  const size_t second = h.records[1].first;
  h.send(0, 500);
  h.send(600, h.stream.size());  // learns the second header under the old keys
  EXPECT_TRUE(h.send(second + 5, second + 100).sent());
  h.send(500, 600);
  const Outcome outcome = h.send(600, second);
  EXPECT_TRUE(outcome.verdict.closed);
  EXPECT_EQ(outcome.verdict.close_reason, CloseReason::kProtocol);
}

TEST(KeyUpdate, TooManyGenerationsInFlightAreRefusedNotOverwritten) {
  SpliceHarness h;
  h.append_data(100);
  h.append_key_update();
  h.append_data(100);
  h.append_key_update();
  h.append_data(100);
  h.append_key_update();
  h.append_data(100);
  for (const auto& [position, size] : h.records) {
    h.deliver(h.send(position, position + size));
    (void)h.install_next();
  }
  // Generations 0 to 3 have records in flight: there is no place for the fourth.
  EXPECT_EQ(h.install_next().code(), Code::kUnavailable);
  h.acknowledge(h.records[2].first);
  EXPECT_TRUE(h.install_next());
  EXPECT_TRUE(h.reader().data() == h.content);
}

TEST(KeyUpdate, Tls12HasNone) {
  SpliceHarness h(with(TlsVersion::kTls12));
  EXPECT_EQ(h.install_next().code(), Code::kInvalidArgument);
}

TEST(MakeSplicer, RefusesKeysOfTheWrongSize) {
  ASSERT_TRUE(secure_memory_init());
  SplicePools pools({4, 1, 1});
  const auto key = [](size_t size, size_t iv) { return RecordKey{Secret(size), Secret(iv)}; };
  Splice splice;
  for (SpliceDirection& direction : splice.directions) {
    direction.in = key(16, 12);
    direction.out = key(32, 12);
  }
  EXPECT_TRUE(make_splicer(splice, pools).is_ok());
  Splice bad = splice;
  bad.directions[1].in = key(24, 12);
  EXPECT_EQ(make_splicer(bad, pools).status().code(), Code::kInvalidArgument);
  bad = splice;
  bad.directions[0].out = key(16, 8);
  EXPECT_EQ(make_splicer(bad, pools).status().code(), Code::kInvalidArgument);
  bad = splice;
  bad.directions[0].out = {};
  EXPECT_EQ(make_splicer(bad, pools).status().code(), Code::kInvalidArgument);
  bad = splice;
  bad.directions[0].next_in = key(16, 12);
  EXPECT_EQ(make_splicer(bad, pools).status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace vitrine::card::soft
