// The host's threads at work while packets move; meant for the thread sanitizer.
#include <atomic>
#include <thread>

#include "tests/card/conformance.h"

namespace vitrine::card::test {
namespace {

TEST_P(ConformanceTest, CommandsAndPacketsDoNotDisturbEachOther) {
  constexpr int kRounds = 300;
  std::atomic<bool> done{false};
  // Another thread may read at any time.
  std::thread reader([&] {
    while (!done) {
      EXPECT_TRUE(card().counters().balanced());
      for (const FlowId id : card().flows()) {
        [[maybe_unused]] const auto stats = card().flow_stats(id);
      }
    }
  });
  for (int round = 0; round < kRounds; ++round) {
    const auto packet = PacketBuilder().from("192.0.2.1", static_cast<uint16_t>(1000 + round % 7));
    FlowSpec spec;
    spec.key = packet.key(Port::kInside);
    const auto flow = card().install(spec);
    ASSERT_TRUE(flow.is_ok());
    for (int i = 0; i < 4; ++i) {
      put(Port::kInside, packet);
      put(Port::kOutside, packet.reply());
      ASSERT_TRUE(inject(InjectAs::kReceived, Port::kInside, packet.build()).is_ok());
    }
    card().flush();
    rules({}, round % 2 == 0 ? Action::kPunt : Action::kForward);
    reports();
    EXPECT_TRUE(card().remove(*flow).is_ok());
    bench().take(Port::kInside);
    bench().take(Port::kOutside);
  }
  done = true;
  reader.join();
  EXPECT_EQ(card().counters().total_in(), kRounds * 12U);
}

TEST_P(ConformanceTest, AStopAmidTrafficLosesNoCount) {
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 200; ++i) {
      put(Port::kInside, PacketBuilder());
    }
    card().stop();
    EXPECT_TRUE(card().counters().balanced());
    ASSERT_TRUE(card().start().is_ok());
  }
  settle();
  const Counters counters = card().counters();
  EXPECT_EQ(counters.total_in(), 1000U);
  EXPECT_EQ(counters.forwarded + counters.dropped[static_cast<size_t>(DropReason::kNotReady)],
            1000U);
}

}  // namespace
}  // namespace vitrine::card::test
