// The conformance suite on the card of RTL, simulated.
#include "host/card/sim/rtl_model.h"
#include "host/card/sim/sim_card.h"
#include "tests/card/conformance.h"
#include "tests/card/memory_bench.h"

namespace vitrine::card::test {
namespace {

// As rtl/top/card_top.sv is built by default.
constexpr uint32_t kConnections = 256;

CardUnderTest sim_card_under_test() {
  return {"sim", kConnections, [](const BenchOptions& options) -> std::unique_ptr<CardBench> {
            return std::make_unique<MemoryBench>(
                false,
                [&](MemoryBench::Wires wires, const Clock& clock) -> Result<std::unique_ptr<Card>> {
                  const auto model = sim::rtl_model();
                  if (!model) {
                    return model.status();
                  }
                  sim::SimCardConfig config;
                  config.inside_port = std::move(wires[0]);
                  config.outside_port = std::move(wires[1]);
                  config.max_flows = options.max_flows;
                  config.host_ring_bytes = options.host_ring_bytes;
                  config.heartbeat_timeout_ms = options.heartbeat_timeout_ms;
                  config.fail_open = options.fail_open;
                  config.clock = &clock;
                  return sim::make_sim_card(std::move(config), *model);
                });
          }};
}

const auto kSimCard = ::testing::Values(sim_card_under_test());

INSTANTIATE_TEST_SUITE_P(Cards, ConformanceTest, kSimCard, name_of);
INSTANTIATE_TEST_SUITE_P(Cards, SpliceConformanceTest, kSimCard, name_of);
INSTANTIATE_TEST_SUITE_P(Cards, TapConformanceTest, kSimCard, name_of);
// Its wires carry no coalesced frames.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(CoalescingConformanceTest);
// rtl/record has no strict mode.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StrictConformanceTest);

}  // namespace
}  // namespace vitrine::card::test
