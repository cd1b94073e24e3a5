// The flow table beside a map that is changed in the clock in which the table says it changed.
//
// Every lookup's answer is checked against the map as it stood in the clock in which the lookup is
// judged: an entry that shows too early, too late, in part, or twice is a difference.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <random>

#include "sim/bench/support/clocked.h"
#include "sim/bench/support/flow_key.h"
#include <Vflow_table.h>
#include <gtest/gtest.h>

namespace vitrine::bench {

constexpr uint64_t kLookupLatency = 9;
constexpr uint64_t kLookupJudged = 4;  // clocks after it was presented
constexpr uint64_t kSeedWords = 12;

enum class FlowOp : uint8_t { kInsert, kUpdate, kRemove };
enum class FlowStatus : uint8_t { kOk, kExists, kAbsent, kFull };

struct FlowAnswer {
  FlowStatus status = FlowStatus::kOk;
  uint32_t value = 0;
  uint64_t clocks = 0;  // from the command's handshake to done_o
};

class FlowBench {
 public:
  explicit FlowBench(uint64_t seed = 1);

  // Writes the seed and waits until the table is ready; returns how many clocks that took.
  uint64_t start();

  // What the clocks to come look up, one a clock; nullopt: nothing in this one. Called every clock.
  std::function<std::optional<card::FlowKey>()> next_lookup = [] { return std::nullopt; };

  void tick();
  void ticks(uint64_t count);
  // Gives a command and ticks until it is done.
  FlowAnswer command(FlowOp op, const card::FlowKey& key, uint32_t value = 0);
  // A random connection; structured: like those of one client that counts its ports up.
  card::FlowKey random_key();
  card::FlowKey counted_key();

  std::optional<uint32_t> expected(const card::FlowKey& key) const;
  size_t size() const { return map_.size(); }
  uint64_t hits() const { return hits_; }
  uint64_t misses() const { return misses_; }
  const std::map<card::FlowKey, uint32_t>& entries() const { return map_; }

  Clocked<Vflow_table> table;
  std::mt19937_64 random;

 private:
  struct Lookup {
    uint64_t presented;
    card::FlowKey key;
    std::optional<uint32_t> expected;
  };
  struct Command {
    FlowOp op;
    card::FlowKey key;
    uint32_t value;
    uint64_t accepted;
  };

  // The same for both directions.
  static card::FlowKey opener(const card::FlowKey& key);
  void check_result();
  void check_done();

  std::map<card::FlowKey, uint32_t> map_;
  std::deque<Lookup> unjudged_;
  std::deque<Lookup> judged_;
  std::optional<Command> command_;
  std::optional<FlowAnswer> answer_;
  uint64_t hits_ = 0;
  uint64_t misses_ = 0;
  uint64_t counted_ = 0;
};

}  // namespace vitrine::bench
