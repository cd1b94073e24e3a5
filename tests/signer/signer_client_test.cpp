// The daemon's end, against a signer played by the test.
#include "host/signer/signer_client.h"

#include <array>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "tests/trust/test_pki.h"

namespace vitrine::signer {
namespace {

using namespace std::chrono_literals;  // NOLINT: literals only

class SignerClientTest : public ::testing::Test {
 protected:
  void attach(SignerClient& client) {
    std::array<int, 2> pair{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()), 0);
    signer_.reset(pair[1]);
    client.attach(UniqueFd(pair[0]), [this] { ++lost_; });
  }

  void ask(SignerClient& client) {
    client.info([this](Result<UniqueX509> result) { outcomes_.push_back(result.status()); });
  }

  uint32_t next_request() {
    std::vector<uint8_t> packet(kMaxMessage);
    const ssize_t n = ::recv(signer_.get(), packet.data(), packet.size(), 0);
    EXPECT_GE(n, static_cast<ssize_t>(kHeaderSize));
    return peek_id(packet);
  }

  void reply(const std::vector<uint8_t>& packet) {
    ASSERT_EQ(::send(signer_.get(), packet.data(), packet.size(), 0),
              static_cast<ssize_t>(packet.size()));
  }

  std::vector<uint8_t> certificate(uint32_t id) const {
    return encode(id, Reply(CertificateReply{MessageType::kInfoReply, cert_.der()}));
  }

  void run_until_outcomes(size_t count) {
    const auto limit = std::chrono::steady_clock::now() + 60s;
    while (outcomes_.size() < count && std::chrono::steady_clock::now() < limit) {
      io_.run_for(5ms);
      io_.restart();
    }
    io_.poll();
    io_.restart();
    ASSERT_EQ(outcomes_.size(), count);
  }

  test::TestCert cert_ = test::CertBuilder("/CN=x").self_signed();
  boost::asio::io_context io_;
  UniqueFd signer_;
  int lost_ = 0;
  std::vector<Status> outcomes_;
};

TEST_F(SignerClientTest, RepliesFindTheirRequestsInAnyOrder) {
  SignerClient client(io_.get_executor(), 60s);
  attach(client);
  std::vector<int> order;
  client.info([&](Result<UniqueX509> r) { order.push_back(r.is_ok() ? 1 : -1); });
  client.info([&](Result<UniqueX509> r) { order.push_back(r.is_ok() ? -2 : 2); });
  const uint32_t first = next_request();
  const uint32_t second = next_request();
  reply(encode(second, Reply(Status(Code::kInvalidArgument, "no"))));
  reply(certificate(first));
  while (order.size() < 2) {
    io_.run_for(5ms);
    io_.restart();
  }
  EXPECT_EQ(order, (std::vector<int>{2, 1}));
  EXPECT_EQ(lost_, 0);
}

TEST_F(SignerClientTest, UnattachedClientFailsLaterNotAtOnce) {
  SignerClient client(io_.get_executor());
  ask(client);
  EXPECT_TRUE(outcomes_.empty());
  run_until_outcomes(1);
  EXPECT_EQ(outcomes_[0].code(), Code::kUnavailable);
}

TEST_F(SignerClientTest, ClosedSocketFailsEverythingUnderWayAndIsToldOnce) {
  SignerClient client(io_.get_executor(), 60s);
  attach(client);
  ask(client);
  ask(client);
  signer_.reset();
  run_until_outcomes(2);
  EXPECT_EQ(outcomes_[0].code(), Code::kUnavailable);
  EXPECT_EQ(outcomes_[1].code(), Code::kUnavailable);
  EXPECT_EQ(lost_, 1);
  EXPECT_FALSE(client.attached());
}

TEST_F(SignerClientTest, AnswersThatMakeNoSenseEndTheConnection) {
  const std::vector<std::vector<uint8_t>> nonsense = {
      std::vector<uint8_t>(40, 0xff), certificate(4711), encode(1, Request(InfoRequest{}))};
  for (const std::vector<uint8_t>& packet : nonsense) {
    outcomes_.clear();
    lost_ = 0;
    SignerClient client(io_.get_executor(), 60s);
    attach(client);
    ask(client);
    next_request();
    reply(packet);
    run_until_outcomes(1);
    EXPECT_EQ(outcomes_[0].code(), Code::kUnavailable);
    EXPECT_EQ(lost_, 1);
  }
}

TEST_F(SignerClientTest, CertificateThatDoesNotParseIsAnError) {
  SignerClient client(io_.get_executor(), 60s);
  attach(client);
  ask(client);
  reply(encode(next_request(), Reply(CertificateReply{MessageType::kInfoReply, {1, 2, 3}})));
  run_until_outcomes(1);
  EXPECT_EQ(outcomes_[0].code(), Code::kMalformed);
  EXPECT_TRUE(client.attached());
}

TEST_F(SignerClientTest, SilentSignerTimesOutAndIsGivenUp) {
  SignerClient client(io_.get_executor(), 20ms);
  attach(client);
  ask(client);
  run_until_outcomes(1);
  EXPECT_EQ(outcomes_[0].code(), Code::kTimeout);
  EXPECT_EQ(lost_, 1);
}

TEST_F(SignerClientTest, RequestsUnderWayAreBounded) {
  SignerClient client(io_.get_executor(), 60s);
  attach(client);
  for (size_t i = 0; i < SignerClient::kMaxPending + 1; ++i) {
    ask(client);
  }
  run_until_outcomes(1);
  EXPECT_EQ(outcomes_[0].code(), Code::kExhausted);
  // What the socket could not take at once follows when there is room.
  for (size_t i = 0; i < SignerClient::kMaxPending; ++i) {
    io_.poll();
    io_.restart();
    reply(certificate(next_request()));
    io_.poll();
    io_.restart();
  }
  run_until_outcomes(SignerClient::kMaxPending + 1);
  EXPECT_TRUE(outcomes_.back().is_ok());
}

TEST_F(SignerClientTest, HandlerMayDetachTheClient) {
  SignerClient client(io_.get_executor(), 60s);
  attach(client);
  bool called = false;
  client.info([&](const Result<UniqueX509>&) {
    called = true;
    client.detach();
  });
  ask(client);
  const uint32_t first = next_request();
  const uint32_t second = next_request();
  reply(certificate(first));
  reply(certificate(second));
  run_until_outcomes(1);
  EXPECT_TRUE(called);
  EXPECT_EQ(outcomes_[0].code(), Code::kUnavailable);
}

}  // namespace
}  // namespace vitrine::signer
