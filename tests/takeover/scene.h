// What the tests of the takeover share: the two real ends, and a handover that can be interrupted.
//
// Threads: Scene is used by the test's thread; Handover and drive() by the middle namespace's.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "tests/takeover/namespaces.h"
#include "tests/takeover/peers.h"
#include "tests/takeover/wire_bench.h"

namespace vitrine::test {

constexpr size_t kStream = 5U << 20;

inline Transfer client_transfer(size_t bytes = kStream) {
  return {kClientHello, kServerHelloOut, bytes, bytes, 1, 2};
}
inline Transfer server_transfer(size_t bytes = kStream) {
  return {kServerHello, kClientHelloOut, bytes, bytes, 2, 1, false};
}

inline bool is_ready(const std::future<void>& future) {
  return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

// Both real ends and the middle; the middle's loop runs in its namespace.
class Scene {
 public:
  explicit Scene(bool v6) : v6_(v6) {}

  void start_ends(const Transfer& client, const Transfer& server) {
    topology.server.run([this] { listen(); });
    server_done = topology.server.start([this, server] {
      const UniqueFd fd = accept_one(listener_.get());
      server_error = fd.valid() ? run_transfer(fd.get(), server) : "no connection";
    });
    client_done = topology.client.start([this, client] {
      const UniqueFd fd = connect_from_client(v6_);
      client_error = fd.valid() ? run_transfer(fd.get(), client) : "cannot connect";
    });
  }
  // REQUIRES: the server's namespace.
  void listen() {
    listener_ = listen_on_server(v6_);
    ASSERT_TRUE(listener_.valid());
  }
  int listener() const { return listener_.get(); }
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
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!done()) {
    if (std::chrono::steady_clock::now() > limit) {
      return false;
    }
    bench.step(2);
    step();
  }
  return true;
}

// Relays until `after_bytes` of each stream went by, then hands over. Hooks stop it between steps.
class Handover {
 public:
  explicit Handover(WireBench& a_bench) : bench(a_bench) {}

  WireBench& bench;
  uint64_t after_bytes = 100'000;
  std::function<bool()> may_freeze = [] { return true; };
  std::function<void(const takeover::Frozen&)> on_frozen = [](const takeover::Frozen&) {};
  int thaws = 0;  // how many times to freeze in vain first
  bool finished = false;
  bool held = false;
  std::optional<takeover::DrainState> last;

  void step() {
    takeover::Connection* connection = bench.connection();
    if (connection == nullptr || bench.spliced()) {
      return;
    }
    bench.relay();
    if (connection->state() == takeover::ConnectionState::kRelaying && !held) {
      if (bench.relaying_stream() && bench.relayed(0) > after_bytes &&
          bench.relayed(1) > after_bytes) {
        connection->hold();
        held = true;
      }
      return;
    }
    if (connection->state() == takeover::ConnectionState::kHolding) {
      drain(*connection);
    }
  }

 private:
  void drain(takeover::Connection& connection) {
    const auto state = connection.drained();
    ASSERT_TRUE(state) << state.status().to_string();
    last = *state;
    if (*state == takeover::DrainState::kWaiting) {
      connection.probe();
    } else if (*state == takeover::DrainState::kDrained && may_freeze()) {
      freeze(connection);
    }
  }
  void freeze(takeover::Connection& connection) {
    const auto frozen = connection.freeze();
    if (!frozen) {
      // The receiver's window moves all the time; the next packet opens it again.
      EXPECT_EQ(frozen.status().code(), Code::kUnavailable) << frozen.status().to_string();
      return;
    }
    if (thaws > 0) {
      --thaws;
      connection.thaw();
      connection.cancel_hold();
      held = false;
      after_bytes += 50'000;
      return;
    }
    bench.install(*frozen);
    on_frozen(*frozen);
    connection.finish();
    finished = true;
  }
};

}  // namespace vitrine::test
