// What rude peers get.
#include <memory>

#include <gtest/gtest.h>

#include "host/api/client.h"
#include "host/api/server.h"
#include "tests/api/api_world.h"
#include "tests/api/raw_peer.h"
#include "tests/events/sample.h"

namespace vitrine::api {
namespace {

using std::chrono::milliseconds;

TEST(ApiLimits, OversizedBodyIsRefused) {
  ApiWorld world({.max_body_bytes = 1000});
  EXPECT_TRUE(Client(world.socket).post("/v1/configuration/check", std::string(1000, 'x')));
  RawPeer peer(world.socket);
  peer.send("POST /v1/configuration/check HTTP/1.1\r\nHost: v\r\nContent-Length: 1001\r\n\r\n");
  EXPECT_NE(peer.read_all().find("413"), std::string::npos);
  RawPeer chunked(world.socket);
  chunked.send(
      "POST /v1/configuration/check HTTP/1.1\r\nHost: v\r\nTransfer-Encoding: chunked\r\n\r\n");
  chunked.send("400\r\n" + std::string(1024, 'x') + "\r\n");
  EXPECT_NE(chunked.read_all().find("413"), std::string::npos);
}

TEST(ApiLimits, OversizedBodyFromTheClientIsAnErrorAndNoHang) {
  ApiWorld world({.max_body_bytes = 1U << 20});
  const auto answer =
      Client(world.socket).post("/v1/configuration/check", std::string((1U << 20) + 1, 'x'));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.status().code(), Code::kMalformed) << answer.status().to_string();
}

TEST(ApiLimits, OversizedHeaderIsRefused) {
  ApiWorld world({.max_header_bytes = 512});
  RawPeer peer(world.socket);
  peer.send("GET /v1/status HTTP/1.1\r\nHost: v\r\nX: " + std::string(2000, 'x') + "\r\n\r\n");
  EXPECT_NE(peer.read_all().find("431"), std::string::npos);
}

TEST(ApiLimits, GarbageIsRefusedAndTheServerGoesOn) {
  ApiWorld world;
  for (const std::string& garbage :
       {std::string("\x16\x03\x01\x02\x00\x01\x00", 7), std::string(300, '\0'),
        std::string("GET\r\n\r\n"), std::string("GET /v1/status HTTP/9.9\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"),
        std::string("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")}) {
    RawPeer peer(world.socket);
    peer.send(garbage);
    const std::string answer = peer.read_all();
    EXPECT_NE(answer.find("400"), std::string::npos) << garbage << "\n" << answer;
    EXPECT_TRUE(peer.ended());
  }
  EXPECT_TRUE(Client(world.socket).get("/v1/status"));
}

TEST(ApiLimits, ConnectionsBeyondTheLimitAreClosed) {
  ApiWorld world({.max_connections = 2});
  RawPeer first(world.socket);
  RawPeer second(world.socket);
  ASSERT_TRUE(world.eventually([](const ServerStats& stats) { return stats.open == 2; }));
  RawPeer third(world.socket);
  EXPECT_EQ(third.read_all(), "");
  EXPECT_TRUE(third.ended());
  EXPECT_EQ(world.stats().refused, 1U);
  first.close();
  ASSERT_TRUE(world.eventually([](const ServerStats& stats) { return stats.open == 1; }));
  EXPECT_TRUE(Client(world.socket).get("/v1/status"));
}

TEST(ApiLimits, PeersThatSendNothingOrHalfAreDropped) {
  ApiWorld world({.request_timeout = milliseconds(50), .idle_timeout = milliseconds(50)});
  RawPeer idle(world.socket);
  EXPECT_EQ(idle.read_all(), "");
  EXPECT_TRUE(idle.ended());
  RawPeer half(world.socket);
  half.send("GET /v1/sta");
  EXPECT_EQ(half.read_all(), "");
  EXPECT_TRUE(half.ended());
  EXPECT_EQ(world.stats().slow_readers_dropped, 0U);
}

TEST(ApiLimits, ReaderOfAResponseThatDoesNotReadIsDropped) {
  ApiWorld world({.request_timeout = milliseconds(50)});
  events::Event event = events::refused_event();
  event.tls.server_certificate_name = std::string(4000, 'n');
  for (int i = 0; i < 300; ++i) {
    world.hub->publish(event);
  }
  world.hub->flush();
  RawPeer slow(world.socket);
  slow.be_slow();
  slow.send("GET /v1/events?limit=1000 HTTP/1.1\r\nHost: v\r\n\r\n");
  EXPECT_TRUE(world.eventually(
      [](const ServerStats& stats) { return stats.slow_readers_dropped == 1 && stats.open == 0; }));
}

TEST(ApiLimits, FollowerThatDoesNotReadIsDroppedAndOthersAreServed) {
  ApiWorld world({.request_timeout = milliseconds(60'000), .max_follow_backlog = 50});
  RawPeer slow(world.socket);
  slow.send("GET /v1/events/follow HTTP/1.1\r\nHost: v\r\n\r\n");
  slow.read_until("\r\n\r\n");
  events::Event event = events::refused_event();
  event.tls.server_certificate_name = std::string(4000, 'n');
  bool dropped = false;
  for (int i = 0; i < 500 && !dropped; ++i) {  // what it may leave unread is soon used up
    world.hub->publish(event);
    world.hub->flush();
    dropped = world.stats().slow_readers_dropped == 1;
  }
  EXPECT_TRUE(dropped || world.eventually([](const ServerStats& stats) {
    return stats.slow_readers_dropped == 1;
  }));
  EXPECT_TRUE(Client(world.socket).get("/v1/status"));
}

}  // namespace
}  // namespace vitrine::api
