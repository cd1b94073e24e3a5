#include "host/api/client.h"

#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <gtest/gtest.h>

#include "tests/api/api_world.h"
#include "tests/events/sample.h"

namespace vitrine::api {
namespace {

namespace json = boost::json;

TEST(ApiClient, AsksAndTells) {
  ApiWorld world;
  const Client client(world.socket);
  const auto status = client.get("/v1/status");
  ASSERT_TRUE(status) << status.status().to_string();
  EXPECT_EQ(status->at("version"), "0.1.0");
  ASSERT_TRUE(client.post("/v1/configuration/check", "{}"));
  ASSERT_TRUE(client.remove("/v1/configuration/candidate"));
}

TEST(ApiClient, ServersErrorsKeepCodeAndMessage) {
  ApiWorld world;
  const auto answer = Client(world.socket).get("/v1/events/7");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.status().code(), Code::kNotFound);
  EXPECT_EQ(answer.status().message(), "no event 7");
}

TEST(ApiClient, NoServerIsUnavailable) {
  const TemporaryFolder folder;
  const Client client(folder.file("none.sock"));
  EXPECT_EQ(client.get("/v1/status").status().code(), Code::kUnavailable);
  EXPECT_FALSE(client.reachable());
  EXPECT_EQ(Client("").get("/").status().code(), Code::kInvalidArgument);
  EXPECT_EQ(Client(std::string(200, 'x')).get("/").status().code(), Code::kInvalidArgument);
}

TEST(ApiClient, SilentServerTimesOut) {
  const TemporaryFolder folder;
  boost::asio::io_context io;  // accepts by the kernel's backlog, and never answers
  boost::asio::local::stream_protocol::acceptor acceptor(io, folder.file("mute.sock"));
  const Client client(folder.file("mute.sock"), std::chrono::milliseconds(50));
  EXPECT_EQ(client.get("/v1/status").status().code(), Code::kTimeout);
}

TEST(ApiClient, FollowGivesStoredThenLiveEventsOnceEach) {
  ApiWorld world;
  world.publish(events::refused_event());
  world.publish(events::untrusted_event());
  std::vector<int64_t> seen;
  const Status status =
      Client(world.socket).follow("/v1/events/follow?limit=1", [&](const json::value& event) {
        seen.push_back(event.at("id").to_number<int64_t>());
        if (seen.size() == 1) {
          world.hub->publish(events::refused_event());
          world.hub->publish(events::refused_event());
        }
        return seen.size() < 3;
      });
  EXPECT_TRUE(status) << status.to_string();
  EXPECT_EQ(seen, (std::vector<int64_t>{2, 3, 4}));
}

TEST(ApiClient, FollowFiltersLiveEvents) {
  ApiWorld world;
  std::thread publisher([&] {
    // The subscription is there when the connection is.
    world.eventually([](const ServerStats& stats) { return stats.open > 0; });
    for (int i = 0; i < 100; ++i) {
      world.publish(events::refused_event());
      world.publish(events::untrusted_event());
    }
  });
  std::vector<std::string> hosts;
  const Status status =
      Client(world.socket)
          .follow("/v1/events/follow?host=2001:db8:1::7", [&](const json::value& event) {
            hosts.emplace_back(event.at("destination").at("host").as_string());
            return hosts.size() < 5;
          });
  publisher.join();
  EXPECT_TRUE(status);
  EXPECT_EQ(hosts, std::vector<std::string>(5, "2001:db8:1::7"));
}

TEST(ApiClient, FollowRefusesWrongFilters) {
  ApiWorld world;
  const Status status = Client(world.socket).follow("/v1/events/follow?typ=x", [](const auto&) {
    ADD_FAILURE() << "an event came";
    return false;
  });
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
}

TEST(ApiClient, FollowEndsWhenTheServerDoes) {
  ApiWorld world;
  world.publish(events::refused_event());
  const Status status = Client(world.socket).follow("/v1/events/follow", [&](const auto&) {
    world.stop();
    return true;
  });
  EXPECT_EQ(status.code(), Code::kUnavailable);
}

}  // namespace
}  // namespace vitrine::api
