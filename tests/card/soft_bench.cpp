// The conformance suite on the soft card, with and without coalesced frames.
#include "host/card/soft/soft_card.h"
#include "tests/card/conformance.h"
#include "tests/card/memory_bench.h"

namespace vitrine::card::test {
namespace {

CardUnderTest soft_card_under_test(bool offloads) {
  return {offloads ? "soft" : "soft_without_offloads", 1U << 20,
          [offloads](const BenchOptions& options) -> std::unique_ptr<CardBench> {
            return std::make_unique<MemoryBench>(
                offloads, [&](MemoryBench::Wires wires, const Clock& clock) {
                  soft::SoftCardConfig config;
                  config.inside_port = std::move(wires[0]);
                  config.outside_port = std::move(wires[1]);
                  config.segment_offload = offloads;
                  config.max_flows = options.max_flows;
                  config.host_ring_bytes = options.host_ring_bytes;
                  config.heartbeat_timeout_ms = options.heartbeat_timeout_ms;
                  config.fail_open = options.fail_open;
                  config.clock = &clock;
                  return soft::make_soft_card(std::move(config));
                });
          }};
}

const auto kWithOffloads = soft_card_under_test(true);
const auto kSoftCards = ::testing::Values(kWithOffloads, soft_card_under_test(false));

INSTANTIATE_TEST_SUITE_P(Cards, CoalescingConformanceTest, ::testing::Values(kWithOffloads),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Cards, ConformanceTest, kSoftCards, name_of);
INSTANTIATE_TEST_SUITE_P(Cards, SpliceConformanceTest, kSoftCards, name_of);
INSTANTIATE_TEST_SUITE_P(Cards, SpliceEndConformanceTest, kSoftCards, name_of);
INSTANTIATE_TEST_SUITE_P(Cards, TapConformanceTest, kSoftCards, name_of);
INSTANTIATE_TEST_SUITE_P(Cards, StrictConformanceTest, kSoftCards, name_of);

}  // namespace
}  // namespace vitrine::card::test
