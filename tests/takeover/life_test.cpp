// What happens to real connections around the handover: closing, resetting, waiting, coming again.
#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "tests/takeover/scene.h"

namespace vitrine::test {
namespace {

using card::Direction;
using takeover::DrainState;

class LifeTest : public testing::TestWithParam<bool> {
 protected:
  // Runs the middle until both ends are done; `step` drives the bench.
  void run(const std::function<void(WireBench&)>& body) {
    scene_.topology.middle.run([&] {
      WireBench bench;
      body(bench);
    });
    scene_.wait();
  }
  bool drive_to_end(WireBench& bench, const std::function<void()>& step) {
    return drive(
        bench, [&] { return scene_.ends_done(); }, step);
  }
  void expect_clean(const WireBench& bench) {
    EXPECT_EQ(bench.resets_out, 0U);
    EXPECT_EQ(bench.resets_in, 0U);
  }

  Scene scene_{GetParam()};
};

TEST_P(LifeTest, RelayOnTheHostLastsUntilBothEndsHaveClosed) {
  run([&](WireBench& bench) {
    size_t largest = 0;
    bench.on_egress = [&](card::Port, const wire::TcpPacket& packet) {
      largest = std::max(largest, packet.payload.size());
    };
    scene_.start_ends(client_transfer(), server_transfer());
    bool stayed = false;
    EXPECT_TRUE(drive_to_end(bench, [&] {
      bench.relay();
      if (bench.relaying_stream() && !stayed) {
        bench.connection()->stay();
        stayed = true;
      }
    }));
    EXPECT_TRUE(drive(
        bench, [&] { return bench.connection()->over(); }, [&] { bench.relay(); }));
    EXPECT_GT(largest, 1448U) << "segmentation offload of the stack is not in use";
    EXPECT_EQ(bench.segment_size, GetParam() ? 1428 : 1448) << "not the MSS of the real ends";
    expect_clean(bench);
  });
  EXPECT_EQ(scene_.client_error, "");
  EXPECT_EQ(scene_.server_error, "");
}

TEST_P(LifeTest, FinHeldDuringTheDrainArrivesThroughTheSplice) {
  run([&](WireBench& bench) {
    bool fin_seen = false;
    bench.lose = [&](card::Port port, const wire::TcpPacket& packet) {
      fin_seen = fin_seen || (port == card::Port::kInside && packet.has(wire::kFin));
      return false;
    };
    scene_.start_ends({kClientHello, kServerHelloOut, 10'000, 0, 1, 2},
                      {kServerHello, kClientHelloOut, 0, 10'000, 2, 1, false});
    Handover handover{bench};
    handover.after_bytes = kServerHello - 1;
    handover.may_freeze = [&] { return fin_seen; };
    EXPECT_TRUE(drive_to_end(bench, [&] { handover.step(); }));
    EXPECT_TRUE(handover.finished);
    expect_clean(bench);
  });
  EXPECT_EQ(scene_.client_error, "");
  EXPECT_EQ(scene_.server_error, "");
}

TEST_P(LifeTest, FinDeliveredBeforeTheHoldKeepsTheConnectionOnTheHost) {
  run([&](WireBench& bench) {
    scene_.start_ends({kClientHello, kServerHelloOut, 10'000, 0, 1, 2},
                      {kServerHello, kClientHelloOut, 0, 10'000, 2, 1, false});
    std::optional<DrainState> state;
    EXPECT_TRUE(drive_to_end(bench, [&] {
      bench.relay();
      takeover::Connection* connection = bench.connection();
      if (connection != nullptr && connection->fin_from(Direction::kFromInside) && !state) {
        connection->hold();
        state = *connection->drained();
        EXPECT_EQ(connection->freeze().status().code(), Code::kUnavailable);
        connection->cancel_hold();
      }
    }));
    EXPECT_EQ(state, DrainState::kFinished);
    expect_clean(bench);
  });
  EXPECT_EQ(scene_.client_error, "");
  EXPECT_EQ(scene_.server_error, "");
}

TEST_P(LifeTest, ThawAndCancelGoBackToRelayingAndALaterHandoverWorks) {
  run([&](WireBench& bench) {
    scene_.start_ends(client_transfer(), server_transfer());
    Handover handover{bench};
    handover.thaws = 5;
    EXPECT_TRUE(drive_to_end(bench, [&] { handover.step(); }));
    EXPECT_EQ(handover.thaws, 0);
    EXPECT_TRUE(handover.finished);
    expect_clean(bench);
  });
  EXPECT_EQ(scene_.client_error, "");
  EXPECT_EQ(scene_.server_error, "");
}

TEST_P(LifeTest, LineMovesByExactlyTheBytesAskedFor) {
  run([&](WireBench& bench) {
    scene_.start_ends(client_transfer(), server_transfer());
    Handover handover{bench};
    bool moved = false;
    std::array<uint32_t, 2> lines{};
    handover.may_freeze = [&] {
      takeover::Connection& connection = *bench.connection();
      if (!moved) {
        moved = true;
        for (const Direction d : {Direction::kFromInside, Direction::kFromOutside}) {
          const uint32_t more = d == Direction::kFromInside ? 1000 : 20'001;
          lines[card::index(d)] = connection.line(d) + more;
          connection.deliver_more(d, more);
        }
        return false;
      }
      return true;
    };
    handover.on_frozen = [&](const takeover::Frozen& frozen) {
      EXPECT_EQ(frozen.first_sequence, lines);
    };
    EXPECT_TRUE(drive_to_end(bench, [&] { handover.step(); }));
    EXPECT_TRUE(handover.finished);
    expect_clean(bench);
  });
  EXPECT_EQ(scene_.client_error, "");
  EXPECT_EQ(scene_.server_error, "");
}

TEST_P(LifeTest, ResetDuringTheDrainReachesTheOtherEnd) {
  scene_.topology.server.run([&] { scene_.listen(); });
  std::string server_error;
  auto server = scene_.topology.server.start([&] {
    const UniqueFd fd = accept_one(scene_.listener());
    // Waits for more than the client sends.
    server_error = run_transfer(fd.get(), {kServerHello, kClientHelloOut, 1000, 2000, 2, 1, false});
  });
  std::atomic<bool> may_reset = false;
  std::future<void> client;
  scene_.topology.middle.run([&] {
    WireBench bench;
    client = scene_.topology.client.start([&] {
      UniqueFd fd = connect_from_client(GetParam());
      const std::string error =
          run_transfer(fd.get(), {kClientHello, kServerHelloOut, 1000, 1000, 1, 2, true, false});
      EXPECT_EQ(error, "");
      while (!may_reset) {
        std::this_thread::yield();
      }
      const linger hard{1, 0};
      setsockopt(fd.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
      fd.reset();
    });
    Handover handover{bench};
    handover.after_bytes = 1040;  // the hellos and the first thousand
    handover.may_freeze = [&] {
      may_reset = true;
      return false;
    };
    EXPECT_TRUE(drive(
        bench, [&] { return is_ready(server); },
        [&] {
          handover.step();
          if (handover.last == DrainState::kReset) {
            EXPECT_TRUE(bench.connection()->reset_from(Direction::kFromInside));
            bench.connection()->abort();
          }
        }));
    EXPECT_EQ(handover.last, DrainState::kReset);
    EXPECT_GE(bench.resets_out, 1U);
  });
  client.get();
  server.get();
  EXPECT_EQ(server_error, "recv: Connection reset by peer");
}

TEST_P(LifeTest, AbortResetsBothEnds) {
  run([&](WireBench& bench) {
    scene_.start_ends(client_transfer(), server_transfer());
    EXPECT_TRUE(drive_to_end(bench, [&] {
      bench.relay();
      if (bench.connection() != nullptr && bench.relayed(0) > 50'000 && bench.relayed(1) > 50'000) {
        bench.connection()->abort();
      }
    }));
    EXPECT_TRUE(bench.connection()->over());
    EXPECT_LT(bench.connection()->client_fd(), 0);
  });
  EXPECT_THAT(scene_.client_error, testing::HasSubstr("Connection reset by peer"));
  EXPECT_THAT(scene_.server_error, testing::HasSubstr("Connection reset by peer"));
}

TEST_P(LifeTest, SameFourTupleCanBeTakenOverAgainAtOnce) {
  scene_.topology.server.run([&] { scene_.listen(); });
  scene_.topology.client.run([&] { shell("sysctl -q net.ipv4.tcp_max_tw_buckets=0"); });
  scene_.topology.server.run([&] { shell("sysctl -q net.ipv4.tcp_max_tw_buckets=0"); });
  scene_.topology.middle.run([&] {
    WireBench bench;
    for (int round = 0; round < 6; ++round) {
      std::string client_error;
      std::string server_error;
      auto server = scene_.topology.server.start([&] {
        const UniqueFd fd = accept_one(scene_.listener());
        server_error = run_transfer(fd.get(), server_transfer(200'000));
      });
      auto client = scene_.topology.client.start([&] {
        const UniqueFd fd = connect_from_client(GetParam(), 45'000);
        client_error = run_transfer(fd.get(), client_transfer(200'000));
      });
      Handover handover{bench};
      handover.after_bytes = round % 2 == 0 ? 10'000 : 10'000'000;  // spliced, relayed
      EXPECT_TRUE(drive(
          bench, [&] { return is_ready(client) && is_ready(server); }, [&] { handover.step(); }));
      EXPECT_EQ(client_error, "");
      EXPECT_EQ(server_error, "");
      EXPECT_TRUE(bench.create_status) << bench.create_status.to_string();
      if (!handover.finished) {
        EXPECT_TRUE(drive(
            bench, [&] { return bench.connection()->over(); }, [&] { bench.relay(); }));
      }
      bench.drain_ports();
      bench.forget();
    }
  });
}

TEST_P(LifeTest, SecondTakeoverOfALiveFourTupleIsRefused) {
  run([&](WireBench& bench) {
    scene_.start_ends(client_transfer(1000), server_transfer(1000));
    bool tried = false;
    EXPECT_TRUE(drive_to_end(bench, [&] {
      bench.relay();
      if (bench.connection() != nullptr && !tried) {
        tried = true;
        const auto again = takeover::Connection::create(bench.stack(), bench, *bench.opening());
        EXPECT_EQ(again.status().code(), Code::kAlreadyExists) << again.status().to_string();
      }
    }));
    EXPECT_TRUE(tried);
  });
  EXPECT_EQ(scene_.client_error, "");
  EXPECT_EQ(scene_.server_error, "");
}

constexpr size_t kLargeHello = 60'000;

TEST_P(LifeTest, HelloLargerThanTheInitialWindowIsTakenOver) {
  run([&](WireBench& bench) {
    bench.client_hello = kLargeHello;
    scene_.start_ends({kLargeHello, kServerHelloOut, kStream, kStream, 1, 2}, server_transfer());
    Handover handover{bench};
    EXPECT_TRUE(drive_to_end(bench, [&] { handover.step(); }));
    EXPECT_TRUE(bench.acked_early);
    EXPECT_TRUE(handover.finished);
    expect_clean(bench);
  });
  EXPECT_EQ(scene_.client_error, "");
  EXPECT_EQ(scene_.server_error, "");
}

TEST_P(LifeTest, LargeHelloOfABypassedConnectionReachesTheServerInSpiteOfLoss) {
  run([&](WireBench& bench) {
    bench.client_hello = kLargeHello;
    bench.take_over = false;
    int count = 0;
    bench.lose_egress = [&](card::Port port, const wire::TcpPacket& packet) {
      return port == card::Port::kOutside && !packet.payload.empty() && ++count % 3 == 0 &&
             count < 120;
    };
    scene_.start_ends({kLargeHello, kServerHello, 200'000, 200'000, 1, 2},
                      {kServerHello, kLargeHello, 200'000, 200'000, 2, 1, false});
    EXPECT_TRUE(drive_to_end(bench, [] {}));
    EXPECT_TRUE(bench.acked_early);
    ASSERT_NE(bench.keeper(), nullptr);
    EXPECT_TRUE(bench.keeper()->done());
    EXPECT_EQ(bench.connection(), nullptr);
    expect_clean(bench);
  });
  EXPECT_EQ(scene_.client_error, "");
  EXPECT_EQ(scene_.server_error, "");
}

TEST_P(LifeTest, PromisedWindowsStayWithinWhatTheReceiverTakes) {
  run([&](WireBench& bench) {
    uint32_t worst = 0;
    bench.on_egress = [&](card::Port port, const wire::TcpPacket& packet) {
      if (bench.connection() != nullptr && !packet.has(wire::kSyn)) {
        const auto& end =
            port == card::Port::kInside ? bench.opening()->server() : bench.opening()->client();
        worst = std::max(worst, static_cast<uint32_t>(packet.window) << *end.options.window_scale);
      }
    };
    scene_.start_ends(client_transfer(1'000'000), server_transfer(1'000'000));
    EXPECT_TRUE(drive_to_end(bench, [&] { bench.relay(); }));
    EXPECT_LE(worst, 32U << 10);
    EXPECT_GT(worst, 0U);
  });
}

INSTANTIATE_TEST_SUITE_P(Families, LifeTest, testing::Bool(),
                         [](const auto& v6) { return v6.param ? "Ipv6" : "Ipv4"; });

}  // namespace
}  // namespace vitrine::test
