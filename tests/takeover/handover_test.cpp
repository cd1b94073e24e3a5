// Real connections between two kernels, taken over, relayed, handed over and spliced.
#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "tests/takeover/namespaces.h"
#include "tests/takeover/peers.h"
#include "tests/takeover/wire_bench.h"

namespace vitrine::test {
namespace {

using card::Direction;
using takeover::DrainState;
using Clock = std::chrono::steady_clock;

constexpr size_t kStream = 5U << 20;

Transfer client_transfer(size_t bytes = kStream) {
  return {kClientHello, kServerHelloOut, bytes, bytes, 1, 2, true};
}
Transfer server_transfer(size_t bytes = kStream) {
  return {kServerHello, kClientHelloOut, bytes, bytes, 2, 1, true};
}

bool is_ready(const std::future<void>& future) {
  return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

// Both real ends and the middle; the middle's loop runs in its namespace.
class Scene {
 public:
  explicit Scene(bool v6) : v6_(v6) {}

  void start_ends(const Transfer& client, const Transfer& server) {
    topology.server.run([this] { listener_ = listen_on_server(v6_); });
    ASSERT_TRUE(listener_.valid());
    server_done = topology.server.start([this, server] {
      const UniqueFd fd = accept_one(listener_.get());
      server_error = fd.valid() ? run_transfer(fd.get(), server) : "no connection";
    });
    client_done = topology.client.start([this, client] {
      const UniqueFd fd = connect_from_client(v6_);
      client_error = fd.valid() ? run_transfer(fd.get(), client) : "cannot connect";
    });
  }
  bool ends_done() const { return is_ready(client_done) && is_ready(server_done); }
  void wait() {
    client_done.get();
    server_done.get();
  }

  Topology topology;
  std::future<void> client_done;
  std::future<void> server_done;
  std::string client_error = "not run";
  std::string server_error = "not run";

 private:
  bool v6_;
  UniqueFd listener_;
};

// Drives a bench until `done`, for at most 60 s.
template <typename Done, typename Step>
bool drive(WireBench& bench, Done done, Step step) {
  const auto limit = Clock::now() + std::chrono::seconds(60);
  while (!done()) {
    if (Clock::now() > limit) {
      return false;
    }
    bench.step(2);
    step();
  }
  return true;
}

// Relays until `relayed` bytes of the stream went by, then hands over. Counts the attempts.
struct Handover {
  WireBench& bench;
  uint64_t after_bytes = 100'000;
  int probes = 0;
  int waits = 0;
  bool finished = false;
  DrainState last = DrainState::kWaiting;

  void step() {
    takeover::Connection* connection = bench.connection();
    if (connection == nullptr || bench.spliced()) {
      return;
    }
    bench.relay();
    if (connection->state() == takeover::ConnectionState::kRelaying) {
      if (bench.relaying_stream() && bench.relayed(0) > after_bytes &&
          bench.relayed(1) > after_bytes) {
        connection->hold();
      }
      return;
    }
    const auto state = connection->drained();
    ASSERT_TRUE(state) << state.status().to_string();
    last = *state;
    if (*state == DrainState::kWaiting) {
      ++waits;
      connection->probe();
      ++probes;
    } else if (*state == DrainState::kDrained) {
      const auto frozen = connection->freeze();
      ASSERT_TRUE(frozen) << frozen.status().to_string();
      bench.install(*frozen);
      connection->finish();
      finished = true;
    }
  }
};

struct Variant {
  const char* name;
  bool v6;
  bool timestamps;
  bool sack;
  int lose_every;
};

class HandoverTest : public testing::TestWithParam<Variant> {};

TEST_P(HandoverTest, StreamsSurviveTakeoverRelayAndSplice) {
  const Variant variant = GetParam();
  Scene scene(variant.v6);
  for (NamespaceThread* host : {&scene.topology.client, &scene.topology.server}) {
    host->run([&] {
      shell(std::string("sysctl -q net.ipv4.tcp_timestamps=") + (variant.timestamps ? "1" : "0") +
            " net.ipv4.tcp_sack=" + (variant.sack ? "1" : "0"));
    });
  }
  scene.topology.middle.run([&] {
    WireBench bench;
    int count = 0;
    if (variant.lose_every != 0) {
      bench.lose = [&](card::Port, const wire::TcpPacket& packet) {
        return !packet.payload.empty() && ++count % variant.lose_every == 0;
      };
    }
    scene.start_ends(client_transfer(), server_transfer());
    Handover handover{bench};
    EXPECT_TRUE(drive(
        bench, [&] { return scene.ends_done(); }, [&] { handover.step(); }));
    EXPECT_TRUE(handover.finished);
    EXPECT_EQ(bench.resets_out, 0U);
    EXPECT_GT(bench.spliced_frames, 2 * kStream / 1448 / 2);
    RecordProperty("waits", handover.waits);
  });
  scene.wait();
  EXPECT_EQ(scene.client_error, "");
  EXPECT_EQ(scene.server_error, "");
}

INSTANTIATE_TEST_SUITE_P(Variants, HandoverTest,
                         testing::Values(Variant{"Ipv4", false, true, true, 0},
                                         Variant{"Ipv6", true, true, true, 0},
                                         Variant{"Ipv4NoTimestamps", false, false, true, 0},
                                         Variant{"Ipv6NoTimestamps", true, false, true, 0},
                                         Variant{"Ipv4NoSack", false, true, false, 0},
                                         Variant{"Ipv4Loss", false, true, true, 50},
                                         Variant{"Ipv6Loss", true, true, true, 50}),
                         [](const auto& variant) { return variant.param.name; });

}  // namespace
}  // namespace vitrine::test
