// The rule table beside the soft card's: every answer is compared with what RuleTable decides.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <random>
#include <vector>

#include "sim/bench/support/clocked.h"
#include "sim/bench/support/flow_key.h"
#include <Vrules_table.h>
#include <gtest/gtest.h>

#include "host/card/rule_image.h"
#include "host/card/soft/rule_table.h"

namespace vitrine::bench {

constexpr uint64_t kRulesLatency = 8;

struct RulePacket {
  card::soft::FrameKind kind = card::soft::FrameKind::kTcp;
  card::FlowKey key;
};

class RulesBench {
 public:
  explicit RulesBench(uint64_t seed = 1);

  // The packet of the coming clock; nullopt: none. Called every clock.
  std::function<std::optional<RulePacket>()> next_packet = [] { return std::nullopt; };

  void tick();
  void ticks(uint64_t count);
  // Writes the generation into the shadow, then swaps. Packets keep coming. Returns the clocks that
  // it took.
  uint64_t load(const card::RuleGeneration& generation, size_t max_rules);
  void write(const card::RuleImage& image);
  void commit(const card::RuleImage& image, const card::RuleGeneration& generation);

  // Rules and packets from small pools, so that they meet.
  card::Rule random_rule();
  card::RuleGeneration random_generation(size_t rules, uint32_t version);
  RulePacket random_packet();

  // Answers so far, by action.
  const std::array<uint64_t, 4>& answers() const { return answers_; }

  Clocked<Vrules_table> table;
  std::mt19937_64 random;

 private:
  struct Expected {
    uint64_t presented;
    card::Action action;
    uint32_t version;
  };
  IpAddress random_address();
  std::optional<IpNetwork> random_network();
  card::VlanTags random_vlan();
  uint16_t random_port();

  card::soft::RuleTable model_;
  std::deque<Expected> expected_;
  std::array<uint64_t, 4> answers_{};
};

}  // namespace vitrine::bench
