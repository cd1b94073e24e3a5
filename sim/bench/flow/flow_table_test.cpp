// The flow table, small: 264 places and a stash of 8. Lookups run in every clock of every test.
#include <vector>

#include "sim/bench/flow/flow_bench.h"

namespace vitrine::bench {
namespace {

constexpr size_t kPlaces = 4 * 64 + 8;
constexpr uint64_t kMaxKicks = 63;
constexpr uint64_t kStepClocks = 18;  // a command without relocations, or a relocation

// Looks up entries that are there, entries that were, their other direction, and strangers.
void look_at(FlowBench& bench, std::vector<card::FlowKey>& keys) {
  bench.next_lookup = [&bench, &keys]() -> std::optional<card::FlowKey> {
    if (keys.empty() || bench.random() % 16 == 0) {
      return bench.random_key();
    }
    const card::FlowKey key = keys[bench.random() % keys.size()];
    return bench.random() % 2 != 0 ? key.reversed() : key;
  };
}

TEST(FlowTable, IsReadyAfterItsMemoriesWereCleared) {
  FlowBench bench;
  EXPECT_EQ(bench.table->ready_o, 0);
  EXPECT_EQ(bench.start(), 64 - 4 + 4U);  // clearing began when reset ended
  // Memories started with random bits: a place that was not cleared could answer.
  std::vector<card::FlowKey> none;
  look_at(bench, none);
  bench.ticks(2000);
  EXPECT_GT(bench.misses(), 1900U);
}

TEST(FlowTable, IsNotReadyWithoutASeed) {
  FlowBench bench;
  bench.table.ticks(1000);
  EXPECT_EQ(bench.table->ready_o, 0);
  bench.start();
}

TEST(FlowTable, RandomCommandsAgreeWithAMap) {
  FlowBench bench(2);
  bench.start();
  std::vector<card::FlowKey> keys;
  for (size_t i = 0; i < 2 * kPlaces; ++i) {
    keys.push_back(i % 2 != 0 ? bench.random_key() : bench.counted_key());
  }
  look_at(bench, keys);
  std::array<size_t, 4> statuses{};
  for (int i = 0; i < 2'500 && !HasFatalFailure(); ++i) {
    const auto& key = keys[bench.random() % keys.size()];
    // Phases of growth past what fits, and of shrinking.
    const bool grow = i / 500 % 2 == 0;
    const auto dice = bench.random() % 100;
    const FlowOp op = dice < 10                 ? FlowOp::kUpdate
                      : dice < (grow ? 80 : 40) ? FlowOp::kInsert
                                                : FlowOp::kRemove;
    const auto answer =
        bench.command(op, bench.random() % 2 != 0 ? key : key.reversed(), bench.random() & 0x3ffff);
    ++statuses[static_cast<size_t>(answer.status)];
  }
  for (const size_t count : statuses) {
    EXPECT_GT(count, 50U);  // each of them was met
  }
  EXPECT_GT(bench.hits(), 50'000U);
  EXPECT_GT(bench.misses(), 50'000U);
}

TEST(FlowTable, NinetyFivePercentFitWhateverTheSeed) {
  for (uint64_t seed = 1; seed <= 10 && !HasFatalFailure(); ++seed) {
    FlowBench bench(seed);
    bench.start();
    std::vector<card::FlowKey> keys;
    look_at(bench, keys);
    while (keys.size() < kPlaces * 95 / 100) {
      keys.push_back(seed % 2 != 0 ? bench.random_key() : bench.counted_key());
      ASSERT_EQ(bench.command(FlowOp::kInsert, keys.back(), 5).status, FlowStatus::kOk)
          << keys.size() << " entries, seed " << seed;
    }
    bench.ticks(kMaxKicks * kStepClocks);
    // Both directions of all of them.
    for (const auto& key : keys) {
      bench.next_lookup = [&] { return key; };
      bench.tick();
      bench.next_lookup = [&] { return key.reversed(); };
      bench.tick();
    }
    bench.next_lookup = [] { return std::nullopt; };
    bench.ticks(kLookupLatency);
  }
}

TEST(FlowTable, BothDirectionsAppearInOneClock) {
  FlowBench bench(3);
  bench.start();
  for (int i = 0; i < 50; ++i) {
    const auto key = bench.random_key();
    uint64_t clock = 0;
    bench.next_lookup = [&] { return ++clock % 2 != 0 ? key : key.reversed(); };
    const uint64_t hits = bench.hits();
    // Of the answers, each of which FlowBench checks, all before one clock are misses and all after
    // it hits.
    const auto answer = bench.command(FlowOp::kInsert, key, 1);
    EXPECT_LE(answer.clocks, kStepClocks);
    bench.ticks(40);
    EXPECT_GE(bench.hits() - hits, 35U);
    bench.command(FlowOp::kRemove, key.reversed());
    bench.ticks(20);
    EXPECT_EQ(bench.size(), 0U);
  }
}

TEST(FlowTable, WhatDoesNotFitIsRefusedInBoundedTimeAndChangesNothing) {
  FlowBench bench(4);
  bench.start();
  std::vector<card::FlowKey> keys;
  look_at(bench, keys);
  size_t refused = 0;
  while (refused < 3) {
    const auto key = bench.random_key();
    const auto answer = bench.command(FlowOp::kInsert, key, 7);
    ASSERT_FALSE(HasFatalFailure());
    ASSERT_LE(answer.clocks, (kMaxKicks + 1) * 2 * kStepClocks);
    if (answer.status == FlowStatus::kFull) {
      ++refused;
      EXPECT_EQ(bench.table->stash_used_o, 0xff);
    } else {
      keys.push_back(key);
    }
  }
  EXPECT_GT(keys.size(), kPlaces * 97 / 100);
  EXPECT_LE(keys.size(), kPlaces + 8);
  // A removal makes room again, and the stash drains into it.
  for (size_t i = 0; i < keys.size() / 4; ++i) {
    ASSERT_EQ(bench.command(FlowOp::kRemove, keys[i]).status, FlowStatus::kOk);
  }
  bench.ticks(kMaxKicks * kStepClocks);
  EXPECT_EQ(bench.table->stash_used_o, 0);
  EXPECT_EQ(bench.command(FlowOp::kInsert, keys[0], 8).status, FlowStatus::kOk);
}

TEST(FlowTable, RelocationsEndWhenTheirAllowanceIsUsedUp) {
  FlowBench bench(5);
  bench.start();
  while (bench.command(FlowOp::kInsert, bench.random_key(), 7).status != FlowStatus::kFull) {
  }
  // Refused means used up: a command is taken at once in any clock from now on.
  for (int i = 0; i < 200; ++i) {
    bench.tick();
    ASSERT_EQ(bench.table->command_ready_o, 1);
  }
}

TEST(FlowTable, AStashedEntryCanBeUpdatedAndRemoved) {
  FlowBench bench(6);
  bench.start();
  std::vector<card::FlowKey> keys;
  look_at(bench, keys);
  for (;;) {
    const auto key = bench.random_key();
    if (bench.command(FlowOp::kInsert, key, 7).status == FlowStatus::kFull) {
      break;
    }
    keys.push_back(key);
  }
  // Eight of all these are in the stash.
  for (const auto& key : keys) {
    ASSERT_EQ(bench.command(FlowOp::kInsert, key, 9).status, FlowStatus::kExists);
    ASSERT_EQ(bench.command(FlowOp::kUpdate, key, 0x2aaaa).status, FlowStatus::kOk);
  }
  for (const auto& key : keys) {
    ASSERT_EQ(bench.command(FlowOp::kRemove, key).status, FlowStatus::kOk);
  }
  EXPECT_EQ(bench.table->count_o, 0);
  EXPECT_EQ(bench.table->stash_used_o, 0);
}

TEST(FlowTable, EveryFieldOfTheKeyTellsConnectionsApart) {
  FlowBench bench(7);
  bench.start();
  auto key = bench.random_key();
  key.ingress = card::Port::kInside;
  key.vlan = {100, 200};
  key.source.version = key.destination.version = 6;
  bench.command(FlowOp::kInsert, key, 5);
  std::vector<card::FlowKey> others;
  const auto add = [&](auto&& change) {
    auto other = key;
    change(other);
    others.push_back(other);
    others.push_back(other.reversed());
  };
  add([](auto& k) { k.ingress = card::Port::kOutside; });
  add([](auto& k) { k.source.version = k.destination.version = 4; });
  for (unsigned bit = 0; bit < 8; ++bit) {
    add([&](auto& k) { k.protocol = static_cast<uint8_t>(k.protocol ^ 1U << bit); });
  }
  for (unsigned bit = 0; bit < 12; ++bit) {
    add([&](auto& k) { k.vlan.outer = static_cast<uint16_t>(k.vlan.outer ^ 1U << bit); });
    add([&](auto& k) { k.vlan.inner = static_cast<uint16_t>(k.vlan.inner ^ 1U << bit); });
  }
  add([](auto& k) { k.vlan.inner = card::VlanTags::kNone; });
  for (unsigned bit = 0; bit < 16; ++bit) {
    add([&](auto& k) { k.source_port = static_cast<uint16_t>(k.source_port ^ 1U << bit); });
    add([&](auto& k) {
      k.destination_port = static_cast<uint16_t>(k.destination_port ^ 1U << bit);
    });
  }
  for (unsigned bit = 0; bit < 128; ++bit) {
    add([&](auto& k) {
      k.source.bytes[bit / 8] = static_cast<uint8_t>(k.source.bytes[bit / 8] ^ 1U << bit % 8);
    });
    add([&](auto& k) {
      k.destination.bytes[bit / 8] =
          static_cast<uint8_t>(k.destination.bytes[bit / 8] ^ 1U << bit % 8);
    });
  }
  for (const auto& other : others) {
    bench.next_lookup = [&] { return other; };
    bench.tick();
    bench.next_lookup = [&] { return key; };
    bench.tick();
  }
  bench.ticks(kLookupLatency);
  EXPECT_GE(bench.misses(), others.size());
}

TEST(FlowTable, SeedWordsAreIgnoredOnceItIsReady) {
  FlowBench bench(8);
  bench.start();
  std::vector<card::FlowKey> keys;
  look_at(bench, keys);
  for (int i = 0; i < 100; ++i) {
    keys.push_back(bench.random_key());
    bench.command(FlowOp::kInsert, keys.back(), i);
  }
  bench.table->seed_write_i = 1;
  bench.table->seed_word_i = 0x12345678;
  bench.ticks(20);
  bench.table->seed_write_i = 0;
  bench.ticks(500);
  EXPECT_EQ(bench.table->ready_o, 1);
}

TEST(FlowTable, ResetForgetsEverything) {
  FlowBench bench(9);
  bench.start();
  const auto key = bench.random_key();
  bench.command(FlowOp::kInsert, key, 1);
  bench.table.reset();
  EXPECT_EQ(bench.table->ready_o, 0);
  bench.start();
  EXPECT_EQ(bench.table->count_o, 0);
  bench.table->lookup_valid_i = 1;
  put_flow_key(bench.table->lookup_key_i, key);
  bench.table.ticks(kLookupLatency + 1);
  EXPECT_EQ(bench.table->result_valid_o, 1);
  EXPECT_EQ(bench.table->result_hit_o, 0);
}

}  // namespace
}  // namespace vitrine::bench
