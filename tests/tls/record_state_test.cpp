// What the card would do with a leg's record state: open the peer's records, seal records that the
// peer accepts, follow key updates.
#include <gmock/gmock.h>

#include "host/tls/record_seal.h"
#include "tests/tls/leg_fixture.h"
#include "tests/tls/record_open.h"

namespace vitrine::tls {
namespace {

using test::LegFixture;
using test::open_record;
using test::pump;
using test::read_all;
using test::split_records;
using test::SslPeer;
using testing::HasSubstr;

constexpr uint8_t kHandshake = 22;
constexpr uint8_t kData = 23;

struct Point {
  Side side;
  uint16_t version;
  size_t key_bytes;
};

std::string name_of(const testing::TestParamInfo<Point>& info) {
  return std::string(info.param.side == Side::kServer ? "ServerLeg" : "ClientLeg") +
         (info.param.version == 0x0304 ? "Tls13" : "Tls12") +
         (info.param.key_bytes == 16 ? "Aes128" : "Aes256");
}

class RecordStateTest : public LegFixture, public testing::WithParamInterface<Point> {
 protected:
  void SetUp() override {
    LegFixture::SetUp();
    const Point point = GetParam();
    if (point.side == Side::kClient) {
      leg_ = client_leg(point.version, point.key_bytes);
      peer_.emplace(SslPeer::client());
    } else {
      ClientHello hello = modern_hello();
      hello.versions = {point.version};
      hello.cipher_suites = {point.key_bytes == 16 ? uint16_t{0x1301} : uint16_t{0x1302},
                             point.key_bytes == 16 ? uint16_t{0xc02f} : uint16_t{0xc030}};
      leg_ = server_leg(hello);
      peer_.emplace(SslPeer::server(server_identity()));
    }
    pump(*leg_, *peer_);
    ASSERT_EQ(leg_->progress(), Progress::kEstablished) << leg_->report().error;
    ASSERT_EQ(leg_->version(), point.version);
    ASSERT_EQ(leg_->key_bytes(), point.key_bytes);
  }

  void exchange(int rounds) {
    for (int i = 0; i < rounds; ++i) {
      peer_->write("some data");
      pump(*leg_, *peer_);
      EXPECT_EQ(read_all(*leg_), "some data");
      leg_->write(as_bytes("some answer"));
      pump(*leg_, *peer_);
      EXPECT_EQ(peer_->read(), "some answer");
    }
  }

  // Opens what the peer writes and seals what the peer reads, several records each way.
  void expect_takeover() {
    auto taken = leg_->record_state();
    ASSERT_TRUE(taken) << taken.status().to_string();
    state_ = std::move(taken).value();
    EXPECT_EQ(static_cast<uint16_t>(state_.version), GetParam().version);
    EXPECT_EQ(state_.key_bytes, GetParam().key_bytes);
    for (int i = 0; i < 3; ++i) {
      expect_opens(state_.in.key, "from the peer", kData);
      expect_accepted("from the card");
    }
  }

  void expect_opens(const card::RecordKey& key, const std::string& text, uint8_t type) {
    if (type == kData) {
      peer_->write(text);
    }
    const auto wire = peer_->output();
    for (const Bytes record : split_records(wire)) {
      const auto opened = open_record(state_.version, key, state_.in.next_record, record);
      ASSERT_TRUE(opened.has_value()) << "record " << state_.in.next_record;
      ++state_.in.next_record;
      EXPECT_EQ(opened->content_type, type);
      EXPECT_EQ(opened->plaintext, text);
    }
  }

  void expect_accepted(const std::string& text) {
    const auto record = seal_record(state_.version, state_.out, kData, as_bytes(text));
    ASSERT_TRUE(record);
    ++state_.out.next_record;
    ++state_.out.explicit_nonce;
    peer_->feed(*record);
    EXPECT_EQ(peer_->read(), text) << peer_->error();
  }

  std::unique_ptr<Leg> leg_;
  std::optional<SslPeer> peer_;
  RecordState state_;
};

// An explicit nonce is TLS 1.2's alone, a key update TLS 1.3's.
class Tls12RecordStateTest : public RecordStateTest {};
class Tls13RecordStateTest : public RecordStateTest {};

TEST_P(RecordStateTest, KeysServeRightAfterTheHandshake) { expect_takeover(); }

TEST_P(RecordStateTest, KeysServeAfterData) {
  exchange(5);
  expect_takeover();
}

TEST_P(Tls13RecordStateTest, KeysServeAfterKeyUpdatesByEitherSide) {
  exchange(1);
  for (int i = 0; i < 3; ++i) {
    SSL_key_update(peer_->ssl(), i == 1 ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED);
    exchange(2);
  }
  expect_takeover();
  EXPECT_EQ(state_.in.generation, 3U);
  EXPECT_EQ(state_.out.generation, 1U) << "one was asked for";
}

TEST_P(Tls13RecordStateTest, LaterKeyUpdatesAreFollowedWithTheNextKeys) {
  expect_takeover();
  auto key = std::move(state_.in.key);
  auto next = std::move(state_.in.next_key);
  TrafficSecret secret = state_.in.next_secret;
  for (int generation = 0; generation < 3; ++generation) {
    SSL_key_update(peer_->ssl(), SSL_KEY_UPDATE_NOT_REQUESTED);
    peer_->handshake();
    expect_opens(key, std::string("\x18\0\0\x01\0", 5), kHandshake);
    state_.in.next_record = 0;
    key = std::move(*next);
    expect_opens(key, "under the next key", kData);
    auto secret_after = secret.next();
    ASSERT_TRUE(secret_after);
    secret = std::move(secret_after).value();
    next = secret.record_key(state_.key_bytes).value();
  }
  // And ours, which the peer follows.
  const uint8_t update[] = {24, 0, 0, 1, 0};
  const auto record = seal_record(state_.version, state_.out, kHandshake, update);
  ASSERT_TRUE(record);
  peer_->feed(*record);
  state_.out.next_record = 0;
  state_.out.key = std::move(*state_.out.next_key);
  expect_accepted("under our next key");
}

TEST_P(RecordStateTest, AWrongRecordNumberDoesNotOpen) {
  auto state = leg_->record_state();
  ASSERT_TRUE(state);
  peer_->write("x");
  const auto wire = peer_->output();
  EXPECT_FALSE(
      open_record(state->version, state->in.key, state->in.next_record + 1, wire).has_value());
}

TEST_P(RecordStateTest, WaitsUntilDataIsReadAndTheRecordIsWhole) {
  peer_->write("unread");
  const auto wire = peer_->output();
  leg_->feed(Bytes(wire).first(3));
  leg_->advance();
  EXPECT_EQ(leg_->bytes_to_boundary(), 2U) << "of the header";
  EXPECT_EQ(leg_->record_state().status().code(), Code::kUnavailable);
  leg_->feed(Bytes(wire).subspan(3, 4));
  leg_->advance();
  EXPECT_EQ(leg_->bytes_to_boundary(), wire.size() - 7);
  EXPECT_EQ(leg_->record_state().status().code(), Code::kUnavailable);
  leg_->feed(Bytes(wire).subspan(7));
  EXPECT_EQ(leg_->bytes_to_boundary(), 0U);
  EXPECT_EQ(leg_->record_state().status().code(), Code::kUnavailable);
  leg_->advance();
  EXPECT_EQ(leg_->record_state().status().code(), Code::kUnavailable);
  EXPECT_EQ(read_all(*leg_), "unread");
  expect_takeover();
}

TEST_P(Tls12RecordStateTest, NoncesGoOnFromTheLastOneSent) {
  leg_->write(as_bytes("one"));
  leg_->write(as_bytes("two"));
  const std::vector<uint8_t> wire(leg_->output().begin(), leg_->output().end());
  const auto records = split_records(wire);
  ASSERT_EQ(records.size(), 2U);
  const auto state = leg_->record_state();
  ASSERT_TRUE(state);
  EXPECT_EQ(state->out.explicit_nonce, load_be64(records[1].data() + 5) + 1)
      << "a nonce must never serve twice under one key";
  EXPECT_EQ(state->out.next_record, 3U) << "Finished and two";
}

constexpr Point kTls12[] = {{Side::kServer, 0x0303, 16},
                            {Side::kServer, 0x0303, 32},
                            {Side::kClient, 0x0303, 16},
                            {Side::kClient, 0x0303, 32}};
constexpr Point kTls13[] = {{Side::kServer, 0x0304, 16},
                            {Side::kServer, 0x0304, 32},
                            {Side::kClient, 0x0304, 16},
                            {Side::kClient, 0x0304, 32}};

INSTANTIATE_TEST_SUITE_P(Tls12Legs, RecordStateTest, testing::ValuesIn(kTls12), name_of);
INSTANTIATE_TEST_SUITE_P(Tls13Legs, RecordStateTest, testing::ValuesIn(kTls13), name_of);
INSTANTIATE_TEST_SUITE_P(Legs, Tls12RecordStateTest, testing::ValuesIn(kTls12), name_of);
INSTANTIATE_TEST_SUITE_P(Legs, Tls13RecordStateTest, testing::ValuesIn(kTls13), name_of);

using RecordStates = LegFixture;

TEST_F(RecordStates, NotBeforeTheHandshakeIsDone) {
  auto leg = client_leg(0x0304);
  EXPECT_EQ(leg->record_state().status().code(), Code::kUnavailable);
}

TEST_F(RecordStates, NotForOtherCiphers) {
  auto leg = client_leg(0x0304);
  SslPeer client = SslPeer::client(
      [](SSL_CTX* context) { SSL_CTX_set_ciphersuites(context, "TLS_CHACHA20_POLY1305_SHA256"); });
  pump(*leg, client);
  ASSERT_EQ(leg->progress(), Progress::kEstablished);
  EXPECT_FALSE(leg->spliceable());
  const auto state = leg->record_state();
  EXPECT_EQ(state.status().code(), Code::kUnsupported);
  EXPECT_THAT(state.status().message(), HasSubstr("TLS_CHACHA20_POLY1305_SHA256"));
}

TEST_F(RecordStates, TicketsThatCameAreCounted) {
  auto leg = server_leg(modern_hello());
  SslPeer server = SslPeer::server(server_identity(),
                                   [](SSL_CTX* context) { SSL_CTX_set_num_tickets(context, 3); });
  pump(*leg, server);
  const auto state = leg->record_state();
  ASSERT_TRUE(state) << state.status().to_string();
  EXPECT_EQ(state->in.next_record, 3U);
  EXPECT_EQ(state->out.next_record, 0U);
}

// A session that a server gave out, with permission for early data.
UniqueSslSession early_data_session(const test::Identity& identity) {
  SslPeer server = SslPeer::server(
      identity, [](SSL_CTX* context) { SSL_CTX_set_max_early_data(context, 1U << 20); });
  SslPeer client = SslPeer::client([](SSL_CTX* context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  });
  for (int i = 0; i < 4; ++i) {
    client.handshake();
    server.feed(client.output());
    server.handshake();
    client.feed(server.output());
  }
  client.read();
  SSL_set_shutdown(client.ssl(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  return UniqueSslSession(SSL_get1_session(client.ssl()));
}

TEST_F(RecordStates, EarlyDataIsSkippedAndNotCounted) {
  const UniqueSslSession session = early_data_session(server_identity());
  auto leg = client_leg(0x0304);
  SslPeer client = SslPeer::client();
  ASSERT_EQ(SSL_set_session(client.ssl(), session.get()), 1);
  const std::vector<uint8_t> early(15000, 'e');
  for (int i = 0; i < 5; ++i) {
    size_t written = 0;
    ASSERT_EQ(SSL_write_early_data(client.ssl(), early.data(), early.size(), &written), 1);
  }
  pump(*leg, client);
  ASSERT_EQ(leg->progress(), Progress::kEstablished) << leg->report().error;
  EXPECT_EQ(SSL_get_early_data_status(client.ssl()), SSL_EARLY_DATA_REJECTED);
  const auto state = leg->record_state();
  ASSERT_TRUE(state);
  EXPECT_EQ(state->in.next_record, 0U);
  EXPECT_EQ(read_all(*leg), "");
}

TEST_F(RecordStates, ARetriedHelloDoesNotDisturbTheNumbers) {
  ClientHello hello = modern_hello();
  hello.supported_groups = {29, 24};
  auto leg = server_leg(hello);
  SslPeer server = SslPeer::server(
      server_identity(), [](SSL_CTX* context) { SSL_CTX_set1_groups_list(context, "P-384"); });
  pump(*leg, server);
  ASSERT_EQ(leg->progress(), Progress::kEstablished) << leg->report().error;
  EXPECT_EQ(leg->report().group, "secp384r1");
  auto state = leg->record_state();
  ASSERT_TRUE(state);
  const auto record = seal_record(state->version, state->out, kData, as_bytes("hello"));
  server.feed(*record);
  EXPECT_EQ(server.read(), "hello");
}

// The whole way: what the client seals reaches the server, and back, with both peers' own
// libraries at the ends.
TEST_F(RecordStates, RecordsCrossBothLegsReencrypted) {
  for (const uint16_t version : test::kBothVersions) {
    ClientHello hello = modern_hello();
    hello.versions = {version};
    auto upstream = server_leg(hello);
    SslPeer server = SslPeer::server(server_identity());
    pump(*upstream, server);
    auto downstream = client_leg(version, upstream->key_bytes());
    SslPeer client = SslPeer::client();
    pump(*downstream, client);
    ASSERT_EQ(splice_obstacle(*upstream, *downstream), std::nullopt);
    auto server_side = upstream->record_state();
    auto client_side = downstream->record_state();
    ASSERT_TRUE(server_side && client_side);
    const auto cross = [version](SslPeer& from, RecordDirection& in, RecordDirection& out,
                                 SslPeer& to, const std::string& text) {
      const auto tls_version = static_cast<card::TlsVersion>(version);
      from.write(text);
      const auto wire = from.output();
      const auto opened = open_record(tls_version, in.key, in.next_record++, wire);
      ASSERT_TRUE(opened.has_value());
      const auto sealed =
          seal_record(tls_version, out, opened->content_type, as_bytes(opened->plaintext));
      ++out.next_record;
      ++out.explicit_nonce;
      EXPECT_EQ(sealed->size(), wire.size()) << "the splice keeps lengths";
      to.feed(*sealed);
      EXPECT_EQ(to.read(), text);
    };
    for (int i = 0; i < 3; ++i) {
      cross(client, client_side->in, server_side->out, server, "request");
      cross(server, server_side->in, client_side->out, client, "response");
    }
  }
}

}  // namespace
}  // namespace vitrine::tls
