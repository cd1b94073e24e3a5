#include "host/api/server.h"

#include <filesystem>

#include <boost/asio/local/stream_protocol.hpp>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/api/client.h"
#include "tests/api/api_world.h"
#include "tests/api/raw_peer.h"
#include "tests/events/sample.h"

namespace vitrine::api {
namespace {

namespace fs = std::filesystem;

TEST(ApiServer, SocketIsForOwnerAndGroupOnly) {
  ApiWorld world;
  struct stat info {};
  ASSERT_EQ(::stat(world.socket.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0660U);
}

TEST(ApiServer, SocketFileGoesWithTheServer) {
  ApiWorld world;
  world.stop();
  EXPECT_FALSE(fs::exists(world.socket));
}

TEST(ApiServer, LeftOverSocketIsReplacedAndALivingOneIsNot) {
  const TemporaryFolder folder;
  boost::asio::io_context io;
  { boost::asio::local::stream_protocol::acceptor(io, folder.file("old.sock")); }
  ASSERT_TRUE(fs::exists(folder.file("old.sock")));
  FakeBackend backend;
  auto hub = events::EventHub::open({.state_dir = folder.path().string()});
  ASSERT_TRUE(hub);
  const auto server = Server::listen(io, folder.file("old.sock"), backend, **hub);
  ASSERT_TRUE(server) << server.status().to_string();
  const auto second = Server::listen(io, folder.file("old.sock"), backend, **hub);
  EXPECT_EQ(second.status().code(), Code::kAlreadyExists);
}

TEST(ApiServer, OtherFilesAndImpossiblePathsAreRefused) {
  const TemporaryFolder folder;
  write_contents(folder.file("file"), "precious");
  boost::asio::io_context io;
  FakeBackend backend;
  auto hub = events::EventHub::open({.state_dir = folder.path().string()});
  ASSERT_TRUE(hub);
  EXPECT_FALSE(Server::listen(io, folder.file("file"), backend, **hub));
  EXPECT_EQ(contents_of(folder.file("file")), "precious");
  EXPECT_FALSE(Server::listen(io, "", backend, **hub));
  EXPECT_FALSE(Server::listen(io, std::string(200, 'x'), backend, **hub));
  EXPECT_FALSE(Server::listen(io, folder.file("no/such/dir"), backend, **hub));
}

TEST(ApiServer, ConnectionIsKeptForTheNextRequest) {
  ApiWorld world;
  RawPeer peer(world.socket);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(peer.send("GET /v1/policy HTTP/1.1\r\nHost: v\r\n\r\n"));
    EXPECT_NE(peer.read_until("]}\n").find("200 OK"), std::string::npos);
  }
  EXPECT_EQ(world.stats().accepted, 1U);
}

TEST(ApiServer, PipelinedRequestsAreAnsweredInTurn) {
  ApiWorld world;
  RawPeer peer(world.socket);
  ASSERT_TRUE(
      peer.send("GET /v1/events/1 HTTP/1.1\r\nHost: v\r\n\r\n"
                "GET /v1/events/2 HTTP/1.1\r\nHost: v\r\nConnection: close\r\n\r\n"));
  const std::string answers = peer.read_all();
  EXPECT_LT(answers.find("no event 1"), answers.find("no event 2"));
  EXPECT_NE(answers.find("no event 2"), std::string::npos);
}

TEST(ApiServer, FollowerThatGoesIsForgotten) {
  ApiWorld world;
  {
    RawPeer peer(world.socket);
    peer.send("GET /v1/events/follow HTTP/1.1\r\nHost: v\r\n\r\n");
    EXPECT_NE(peer.read_until("\r\n\r\n").find("chunked"), std::string::npos);
    EXPECT_EQ(world.stats().open, 1U);
  }
  EXPECT_TRUE(world.eventually([](const ServerStats& stats) { return stats.open == 0; }));
  world.publish(events::refused_event());  // to nobody
}

TEST(ApiServer, FollowNeedsChunks) {
  ApiWorld world;
  RawPeer peer(world.socket);
  peer.send("GET /v1/events/follow HTTP/1.0\r\n\r\n");
  EXPECT_NE(peer.read_all().find("501"), std::string::npos);
}

TEST(ApiServer, StrangersAreRefusedWithAWord) {
  ASSERT_EQ(::geteuid(), 0U) << "run this as root: only root can become somebody else";
  ApiWorld world;
  ASSERT_EQ(::chmod(world.folder.path().c_str(), 0755), 0);
  ASSERT_EQ(::chmod(world.socket.c_str(), 0777), 0);  // the check must not hang on the mode
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr gid_t kNobody = 65534;
    if (::setgroups(0, nullptr) != 0 || ::setgid(kNobody) != 0 || ::setuid(kNobody) != 0) {
      ::_exit(2);
    }
    RawPeer peer(world.socket);
    peer.send("GET /v1/status HTTP/1.1\r\nHost: v\r\n\r\n");
    const std::string answer = peer.read_all();
    ::_exit(answer.find("403 Forbidden") != std::string::npos &&
                    answer.find("uptime") == std::string::npos
                ? 0
                : 1);
  }
  int how = 0;
  ASSERT_EQ(::waitpid(child, &how, 0), child);
  EXPECT_EQ(how, 0);
  EXPECT_EQ(world.stats().forbidden, 1U);
}

}  // namespace
}  // namespace vitrine::api
