// Commands through the card's mailboxes: written, started, waited for.
//
// Of a rule generation only what the card does not hold already is written: the card has two, takes
// the one over that is not in use, and keeps the other's words. Of the mailbox, which keeps its
// words as well, only those that differ; chunks that no rule asks about are all alike.
// A command that the card does not end within kCommandTimeoutMs gives kTimeout and says what to do;
// the next command waits for it first. Threads: one at a time. Bus and clock must outlive this.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "host/base/clock.h"
#include "host/base/status.h"
#include "host/card/driver/bus.h"
#include "host/card/driver/ring_entry.h"
#include "host/card/flow_image.h"
#include "host/card/rule_image.h"

namespace vitrine::card::driver {

class Commands {
 public:
  Commands(Bus& bus, const Clock& clock) : bus_(bus), clock_(clock) {}

  // kAlreadyExists, kExhausted (the card's table is full).
  Status install(const FlowImage& image);
  // kNotFound: the card has no such entry (any more).
  Result<FlowStats> remove(const FlowImage& image);
  Result<FlowStats> statistics(const FlowImage& image);
  // kNotFound, kUnavailable: the flow has ended.
  Status update_keys(const FlowImage& image, Direction direction);
  Status load_rules(const RuleImage& rules);
  Status zeroize();

  // Until (register & mask) == value, and what the register was then. kTimeout after `limit_ms`,
  // named by `what`.
  Result<uint32_t> wait(uint32_t address, uint32_t mask, uint32_t value, int limit_ms,
                        const char* what);

 private:
  Status run_flow(uint32_t operation, Direction direction, const FlowImage& image);
  Status run_rule(uint32_t operation, uint32_t index);
  // What the card is known to hold of one chunk or mailbox: nothing where unknown.
  using Rows = std::array<uint32_t, RuleImage::kRows>;
  using KnownRows = std::optional<Rows>;
  Status write_chunk(size_t slice, size_t chunk, const Rows& rows);
  Status write_generation(const RuleImage& rules);
  Result<FlowStats> with_stats(uint32_t operation, const FlowImage& image);

  Bus& bus_;
  const Clock& clock_;
  std::array<std::vector<KnownRows>, 2> generations_;  // by slice and chunk
  size_t next_generation_ = 0;                         // that is written next
  KnownRows mailbox_;
};

}  // namespace vitrine::card::driver
