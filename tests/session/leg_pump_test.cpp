// Real legs and real sockets: the two ends are OpenSSL peers behind socket pairs.
#include "host/session/leg_pump.h"

#include <array>
#include <cerrno>

#include <sys/socket.h>

#include "host/base/unique_fd.h"
#include "tests/tls/leg_fixture.h"

namespace vitrine::session {
namespace {

using tls::test::SslPeer;

// One end: an OpenSSL peer and its socket.
struct PumpEnd {
  SslPeer ssl;
  UniqueFd ours;    // the pump's
  UniqueFd theirs;  // the peer's
  bool reading = true;
  bool end_of_file = false;
  std::string received;

  explicit PumpEnd(SslPeer peer) : ssl(std::move(peer)) {
    std::array<int, 2> pair{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair.data()), 0);
    ours.reset(pair[0]);
    theirs.reset(pair[1]);
  }
  void step() {
    std::array<uint8_t, 32768> buffer{};
    ssize_t n = 0;
    while (reading && (n = recv(theirs.get(), buffer.data(), buffer.size(), 0)) > 0) {
      ssl.feed(Bytes(buffer).first(static_cast<size_t>(n)));
    }
    end_of_file = end_of_file || (reading && n == 0);
    if (ssl.handshake()) {
      received += ssl.read();
    }
    const std::vector<uint8_t> output = ssl.output();
    if (!output.empty()) {
      ASSERT_EQ(send(theirs.get(), output.data(), output.size(), MSG_NOSIGNAL),
                static_cast<ssize_t>(output.size()));
    }
  }
};

class LegPumpTest : public tls::test::LegFixture {
 protected:
  void SetUp() override {
    LegFixture::SetUp();
    hello_ = modern_hello();
    pump_.server().attach(server_.ours.get());
    pump_.server().set_leg(server_leg(hello_));
    run();
    ASSERT_EQ(pump_.server().leg()->progress(), tls::Progress::kEstablished);
    pump_.client().attach(client_.ours.get());
    pump_.client().set_leg(client_leg(0x0304));
    run();
    ASSERT_EQ(pump_.client().leg()->progress(), tls::Progress::kEstablished);
  }
  void run() {
    for (int i = 0; i < 20; ++i) {
      client_.step();
      server_.step();
      pump_.run();
    }
  }

  tls::ClientHello hello_;
  PumpEnd client_{SslPeer::client()};
  PumpEnd server_{SslPeer::server(server_identity())};
  LegPump pump_;
};

TEST_F(LegPumpTest, PlaintextMovesBothWaysAndIsCounted) {
  EXPECT_TRUE(pump_.quiet());
  client_.ssl.write("question");
  server_.ssl.write("an answer");
  run();
  EXPECT_EQ(server_.received, "question");
  EXPECT_EQ(client_.received, "an answer");
  EXPECT_EQ(pump_.plaintext_bytes(), (std::array<uint64_t, 2>{8, 9}));
  EXPECT_TRUE(pump_.quiet());
  EXPECT_FALSE(pump_.finished());
}

TEST_F(LegPumpTest, CloseNotifyPassesAsThatAndLeavesTheOtherDirectionOpen) {
  SSL_shutdown(server_.ssl.ssl());
  run();
  EXPECT_NE(SSL_get_shutdown(client_.ssl.ssl()) & SSL_RECEIVED_SHUTDOWN, 0);
  EXPECT_FALSE(client_.end_of_file) << "no FIN where none came";
  client_.ssl.write("more");
  run();
  EXPECT_EQ(server_.received, "more");
}

TEST_F(LegPumpTest, BareEndOfStreamPassesAsThat) {
  server_.ssl.write("cut");
  server_.step();
  shutdown(server_.theirs.get(), SHUT_WR);
  run();
  EXPECT_EQ(client_.received, "cut");
  EXPECT_TRUE(client_.end_of_file);
  EXPECT_EQ(SSL_get_shutdown(client_.ssl.ssl()) & SSL_RECEIVED_SHUTDOWN, 0)
      << "a close_notify would vouch for a stream that was cut off";
  EXPECT_FALSE(pump_.finished());
  shutdown(client_.theirs.get(), SHUT_WR);
  run();
  EXPECT_TRUE(pump_.finished());
  EXPECT_TRUE(server_.end_of_file);
}

// Bounded: an end that does not read must not make the host keep what the other one sends.
TEST_F(LegPumpTest, WhatIsNotTakenIsNotRead) {
  client_.reading = false;
  const std::string chunk(16384, 'x');
  size_t written = 0;
  bool blocked = false;
  for (int i = 0; i < 2000 && !blocked; ++i) {
    server_.ssl.write(chunk);
    const std::vector<uint8_t> output = server_.ssl.output();
    const ssize_t n = send(server_.theirs.get(), output.data(), output.size(), MSG_NOSIGNAL);
    blocked = n < static_cast<ssize_t>(output.size());
    written += blocked ? 0 : chunk.size();
    pump_.run();
  }
  EXPECT_TRUE(blocked) << "the sender was never slowed down";
  EXPECT_LT(pump_.plaintext_bytes()[1], written) << "some waits in the sender's socket";
  EXPECT_LE(pump_.client().leg()->output().size(), 2 * tls::Leg::kMaxOutput);
}

TEST_F(LegPumpTest, SocketThatIsGoneIsTold) {
  client_.theirs.reset();
  pump_.client().leg()->write(as_bytes("to nobody"));
  pump_.run();
  EXPECT_TRUE(pump_.client().end_of_file());
  EXPECT_EQ(pump_.client().socket_error(), EPIPE);
}

}  // namespace
}  // namespace vitrine::session
