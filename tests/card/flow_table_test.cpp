#include "host/card/soft/flow_table.h"

#include <map>
#include <random>

#include <gtest/gtest.h>

namespace vitrine::card::soft {
namespace {

FlowKey key_of(uint32_t n) {
  FlowKey key;
  const std::array<uint8_t, 4> address{10, static_cast<uint8_t>(n >> 16),
                                       static_cast<uint8_t>(n >> 8), static_cast<uint8_t>(n)};
  key.source = IpAddress::from_bytes(address);
  key.destination = IpAddress::from_bytes(address);
  key.source_port = static_cast<uint16_t>(n * 7);
  key.destination_port = 443;
  return key;
}

TEST(FlowTableTest, TakesEveryKeyUpTo95PercentLoad) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    FlowTable table(38000, {seed, seed * 977});
    const auto wanted = static_cast<uint32_t>(table.capacity() * 95 / 100);
    ASSERT_GE(wanted, 37900U);
    for (uint32_t i = 0; i < wanted; ++i) {
      ASSERT_TRUE(table.insert(key_of(i), i)) << i << " of " << wanted;
    }
    EXPECT_EQ(table.size(), wanted);
    for (uint32_t i = 0; i < wanted; ++i) {
      ASSERT_EQ(table.find(key_of(i)), i);
    }
    EXPECT_EQ(table.find(key_of(wanted)), FlowTable::kNone);
  }
}

TEST(FlowTableTest, AgreesWithAMapOverRandomChanges) {
  FlowTable table(500, {3, 4});
  std::map<uint32_t, uint32_t> model;
  std::mt19937_64 random(5);
  for (uint32_t step = 0; step < 50000; ++step) {
    const auto n = static_cast<uint32_t>(random() % 700);
    if (random() % 2 == 0) {
      const bool known = model.contains(n);
      if (table.insert(key_of(n), step)) {
        EXPECT_FALSE(known);
        model[n] = step;
      } else {
        EXPECT_TRUE(known || model.size() >= 490) << model.size();
      }
    } else {
      EXPECT_EQ(table.erase(key_of(n)), model.erase(n) == 1);
    }
    ASSERT_EQ(table.size(), model.size());
    const auto probe = static_cast<uint32_t>(random() % 700);
    const auto found = model.find(probe);
    ASSERT_EQ(table.find(key_of(probe)), found == model.end() ? FlowTable::kNone : found->second);
  }
}

TEST(FlowTableTest, APairThatDoesNotFitLeavesNothing) {
  FlowTable table(8, {1, 2});
  uint32_t n = 0;
  while (table.insert(key_of(n), n)) {
    ++n;
  }
  ASSERT_TRUE(table.erase(key_of(0)));
  ASSERT_TRUE(table.insert(key_of(0), 0)) << "one place is free";
  ASSERT_TRUE(table.erase(key_of(0)));
  EXPECT_FALSE(table.insert_pair(key_of(0), 1, key_of(n + 1), 2));
  EXPECT_EQ(table.find(key_of(0)), FlowTable::kNone);
  EXPECT_EQ(table.find(key_of(n + 1)), FlowTable::kNone);
  EXPECT_EQ(table.size(), n - 1);
}

TEST(FlowTableTest, EveryFieldOfTheKeyCounts) {
  FlowTable table(64, {1, 2});
  const FlowKey base = key_of(1);
  ASSERT_TRUE(table.insert(base, 0));
  std::vector<FlowKey> others(9, base);
  others[0].ingress = Port::kOutside;
  others[1].vlan.outer = 1;
  others[2].vlan.inner = 1;
  others[3].protocol = 17;
  others[4].source.bytes[3] ^= 1;
  others[5].destination.bytes[3] ^= 1;
  others[6].source_port ^= 1;
  others[7].destination_port ^= 1;
  others[8].source.version = 6;
  for (uint32_t i = 0; i < others.size(); ++i) {
    EXPECT_EQ(table.find(others[i]), FlowTable::kNone) << i;
    EXPECT_TRUE(table.insert(others[i], i + 1)) << i;
  }
  EXPECT_EQ(table.find(base), 0U);
}

}  // namespace
}  // namespace vitrine::card::soft
