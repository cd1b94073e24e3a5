// An engine with everything around it: a fake card and clock, a policy that the test sets, a CA and
// a trusted root of its own, and the kernel's TCP in the private namespace.
//
// REQUIRES: root; the test's thread moves into that namespace for good. Namespace, CA and leaf keys
// are made once and serve all tests of the program.
#pragma once

#include <chrono>
#include <functional>
#include <future>

#include <gtest/gtest.h>

#include "host/session/engine.h"
#include "tests/session/fake_card.h"
#include "tests/session/tcp_end.h"
#include "tests/trust/test_pki.h"

namespace vitrine::session {

class SessionWorld : public testing::Test {
 protected:
  static constexpr const char* kServerName = "server.test";

  SessionWorld();
  ~SessionWorld() override;
  // The policy: `text` without its version line. Before start() the one to begin with; later a
  // commit, as the next version.
  void use_policy(const std::string& text);
  // One decryption rule, "the-rule", for everything.
  void decide(const std::string& action);
  // Makes the engine; later changes of config_ have no effect.
  void start();

  // One frame from a wire port.
  void punt(card::Port port, const std::vector<uint8_t>& frame,
            card::PuntReason reason = card::PuntReason::kRule);
  // Carries frames between the engine and the ends, and runs the engine, until `done` or 10 s.
  // Frames for the card's flows (InjectAs::kReceived) are kept in received_.
  bool run_until(const std::function<bool()>& done);
  // Asks on a thread while this one, the session's, runs.
  template <typename Ask>
  auto ask(Ask question) {
    auto answer = std::async(std::launch::async, question);
    EXPECT_TRUE(run_until(
        [&] { return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }));
    return answer.get();
  }
  // The same until the engine has ticked: what the clock says is acted on.
  void tick();
  // All events so far, oldest first.
  std::vector<events::Event> events(events::EventType type);
  uint64_t count(const std::string& name) const;
  uint64_t flows(api::FlowState state) const {
    return engine_->snapshot(0).flows[static_cast<size_t>(state)];
  }

  test::TcpEnd* client_ = nullptr;  // frames that leave by the inside go there
  test::TcpEnd* server_ = nullptr;
  // Called between frames: what the ends' applications do.
  std::function<void()> applications_;

  ManualClock clock_;
  test::FakeCard card_;
  Config config_;
  PolicyPtr policy_;
  test::TestCert root_ = test::CertBuilder("/CN=root").ca().self_signed();
  test::TestCert ca_;  // the decryption CA
  std::function<std::unique_ptr<inspect::AccessJudge>(const FlowFacts&)> http_judge_;
  std::vector<test::FakeCard::Injected> received_;
  std::vector<std::vector<uint8_t>> out_inside_;  // frames to nobody, by port
  std::vector<std::vector<uint8_t>> out_outside_;
  test::TempDir state_;
  boost::asio::io_context& io_;
  std::unique_ptr<trust::TrustStore> trust_;
  std::unique_ptr<events::EventHub> hub_;
  std::unique_ptr<Engine> engine_;

  std::unique_ptr<tls::LegFactory> legs_;

 private:
  void deliver();

  std::unique_ptr<trust::Verifier> verifier_;
};

}  // namespace vitrine::session
