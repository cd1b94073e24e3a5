// The flow table at its full size: 65,536 connections, which is 97 % of its places, and what
// inserting them takes.
#include <algorithm>
#include <iostream>
#include <vector>

#include "sim/bench/flow/flow_bench.h"

namespace vitrine::bench {
namespace {

constexpr size_t kConnections = 65'536;
constexpr size_t kPlaces = 4 * 16'384 + 2'048;
constexpr uint64_t kClearClocks = 16'384;

TEST(FlowCapacity, AllConnectionsFitAndLookupsNeverWait) {
  FlowBench bench(11);
  EXPECT_LE(bench.start(), kClearClocks);
  std::vector<card::FlowKey> keys;
  bench.next_lookup = [&]() -> std::optional<card::FlowKey> {
    if (keys.empty()) {
      return bench.random_key();
    }
    const auto& key = keys[bench.random() % keys.size()];
    return bench.random() % 2 != 0 ? key.reversed() : key;
  };
  std::vector<uint64_t> clocks;
  uint64_t begin = bench.table.clocks();
  while (keys.size() < kConnections && !HasFatalFailure()) {
    const auto key = bench.random_key();
    const auto answer = bench.command(FlowOp::kInsert, key, static_cast<uint32_t>(keys.size()));
    ASSERT_EQ(answer.status, FlowStatus::kOk) << keys.size();
    keys.push_back(key);
    clocks.push_back(answer.clocks);
    if (keys.size() % (kConnections / 16) == 0) {
      const uint64_t now = bench.table.clocks();
      std::cout << "load " << 100.0 * static_cast<double>(keys.size()) / kPlaces
                << " %: " << (now - begin) * 16 / kConnections << " clocks an insert, stash "
                << __builtin_popcount(bench.table->stash_used_o) << "\n";
      begin = now;
    }
  }
  std::sort(clocks.begin(), clocks.end());
  std::cout << "clocks from command to visible: median " << clocks[clocks.size() / 2] << ", 99.9 % "
            << clocks[clocks.size() * 999 / 1000] << ", most " << clocks.back()
            << "; lookups checked " << bench.hits() + bench.misses() << "\n";
  EXPECT_EQ(bench.table->count_o, kConnections);
  EXPECT_LE(clocks[clocks.size() * 99 / 100], 64U);
  bench.ticks(100'000);
  EXPECT_EQ(bench.table->stash_used_o, 0);
}

}  // namespace
}  // namespace vitrine::bench
