// How full the flow table gets, and what inserting takes on the way: every place but 3 % holds a
// connection.
//
// Up to 85 % the host inserts as fast as it can; then it pauses between two connections, so that
// relocations can catch up, as they do on a card: at 250 MHz a pause of 256 clocks is a million
// connections a second. Lookups run in every clock. Built small for every test run, and at the
// card's size as flow_capacity_full_bench.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <vector>

#include "sim/bench/flow/flow_bench.h"

namespace vitrine::bench {
namespace {

constexpr size_t kBankPlaces = size_t{1} << FLOW_INDEX_BITS;
constexpr size_t kPlaces = 4 * kBankPlaces + kBankPlaces / 8;
constexpr size_t kConnections = 4 * kBankPlaces;
constexpr uint64_t kPause = 256;
constexpr uint64_t kInstallClocks = 64;
constexpr uint64_t kMostClocks = (4095 + 1) * 2 * 18;  // flow_engine

class FlowCapacity : public testing::TestWithParam<bool> {};  // whether the keys count up

INSTANTIATE_TEST_SUITE_P(Keys, FlowCapacity, testing::Bool(),
                         [](const auto& kind) { return kind.param ? "CountUp" : "Random"; });

TEST_P(FlowCapacity, AllConnectionsFitAndLookupsNeverWait) {
  FlowBench bench(11);
  EXPECT_LE(bench.start(), kBankPlaces);
  std::vector<card::FlowKey> keys;
  bench.next_lookup = [&]() -> std::optional<card::FlowKey> {
    if (keys.empty()) {
      return bench.random_key();
    }
    const auto& key = keys[bench.random() % keys.size()];
    return bench.random() % 2 != 0 ? key.reversed() : key;
  };
  for (const double load : {0.5, 0.85, 0.95, 1.0}) {
    const auto target = std::min(kConnections, static_cast<size_t>(std::ceil(load * kPlaces)));
    const uint64_t pause = load > 0.85 ? kPause : 0;
    std::vector<uint64_t> clocks;
    const uint64_t begin = bench.table.clocks();
    while (keys.size() < target && !HasFatalFailure()) {
      const auto key = GetParam() ? bench.counted_key() : bench.random_key();
      const auto answer = bench.command(FlowOp::kInsert, key, static_cast<uint32_t>(keys.size()));
      ASSERT_EQ(answer.status, FlowStatus::kOk) << keys.size();
      keys.push_back(key);
      clocks.push_back(answer.clocks);
      bench.ticks(pause);
    }
    const uint64_t took = bench.table.clocks() - begin;
    std::sort(clocks.begin(), clocks.end());
    std::cout << "to " << keys.size() << " of " << kPlaces << " places, pause " << pause
              << ": from command to visible, clocks: median " << clocks[clocks.size() / 2]
              << ", 99 % " << clocks[clocks.size() * 99 / 100] << ", most " << clocks.back() << "; "
              << took / clocks.size() << " clocks an insert; stash "
              << __builtin_popcount(bench.table->stash_used_o) << "\n";
    if (load == 0.5) {
      EXPECT_LE(clocks.back(), kInstallClocks);
    }
    EXPECT_LE(clocks.back(), kMostClocks);
  }
  EXPECT_EQ(bench.table->count_o, kConnections);
  std::cout << "lookups checked: " << bench.hits() + bench.misses() << "\n";
}

}  // namespace
}  // namespace vitrine::bench
