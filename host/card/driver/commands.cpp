#include "host/card/driver/commands.h"

#include <algorithm>
#include <string>

#include "host/card/card.h"
#include "host/card/regs.h"

namespace vitrine::card::driver {
namespace {

enum FlowOperation : uint32_t { kInstall = 1, kRemove = 2, kUpdateKeys = 3, kStatistics = 4 };
enum RuleOperation : uint32_t { kWrite = 2, kTakeOver = 3 };
enum FlowResult : uint32_t { kDone, kNoSuchOperation, kExists, kFull, kNotFound, kEnded };

constexpr uint32_t kChunkBits = 7;

Status flow_status(uint32_t result) {
  switch (result) {
    case kDone:
      return {};
    case kExists:
      return {Code::kAlreadyExists, "install: the connection has an entry already"};
    case kFull:
      return {Code::kExhausted, "install: the card's flow table has no place for the entry"};
    case kNotFound:
      return {Code::kNotFound, "no such flow"};
    case kEnded:
      return {Code::kUnavailable, "the flow has ended"};
    default:
      return {Code::kInternal, "card: a flow command ended with result " + std::to_string(result) +
                                   ": card and host do not fit together"};
  }
}

}  // namespace

Result<uint32_t> Commands::wait(uint32_t address, uint32_t mask, uint32_t value, int limit_ms,
                                const char* what) {
  const uint64_t deadline = clock_.monotonic_ns() + static_cast<uint64_t>(limit_ms) * 1'000'000;
  for (;;) {
    // The clock first: a late look at a card that is done is no timeout.
    const bool late = clock_.monotonic_ns() > deadline;
    auto seen = bus_.read32(address);
    if (!seen || (*seen & mask) == value) {
      return seen;
    }
    if (late) {
      return {Code::kTimeout, std::string("card hung: ") + what + " did not end within " +
                                  std::to_string(limit_ms) +
                                  " ms: restart vitrined; if it hangs again, reset the card"};
    }
    bus_.pause();
  }
}

Status Commands::run_flow(uint32_t operation, Direction direction, const FlowImage& image) {
  const uint32_t busy = regs::kFlowsStatusBusy.mask();
  if (const auto free =
          wait(regs::kFlowsStatus, busy, 0, kCommandTimeoutMs, "the flow command before");
      !free) {
    return free.status();
  }
  for (size_t i = 0; i < image.size(); ++i) {
    if (Status written =
            bus_.write32(regs::kFlowMailbox + static_cast<uint32_t>(4 * i), image.word(i));
        !written) {
      return written;
    }
  }
  if (Status started = bus_.write32(
          regs::kFlowsCommand,
          regs::kFlowsCommandOperation.put(operation) |
              regs::kFlowsCommandDirection.put(static_cast<uint32_t>(index(direction))));
      !started) {
    return started;
  }
  const auto status = wait(regs::kFlowsStatus, busy, 0, kCommandTimeoutMs, "a flow command");
  return status ? flow_status(regs::kFlowsStatusResult.get(*status)) : status.status();
}

Result<FlowStats> Commands::with_stats(uint32_t operation, const FlowImage& image) {
  if (Status done = run_flow(operation, Direction::kFromInside, image); !done) {
    return done;
  }
  std::array<uint32_t, kResultWords> words{};
  if (Status read = bus_.read_block(regs::kFlowsResult0, words); !read) {
    return read;
  }
  return decode_stats(words.data());
}

Status Commands::install(const FlowImage& image) {
  return run_flow(kInstall, Direction::kFromInside, image);
}

Result<FlowStats> Commands::remove(const FlowImage& image) { return with_stats(kRemove, image); }

Result<FlowStats> Commands::statistics(const FlowImage& image) {
  return with_stats(kStatistics, image);
}

Status Commands::update_keys(const FlowImage& image, Direction direction) {
  return run_flow(kUpdateKeys, direction, image);
}

Status Commands::run_rule(uint32_t operation, uint32_t index) {
  if (Status started =
          bus_.write32(regs::kRulesCommand, regs::kRulesCommandOperation.put(operation) |
                                                regs::kRulesCommandIndex.put(index));
      !started) {
    return started;
  }
  const auto status = wait(regs::kRulesStatus, regs::kRulesStatusBusy.mask(), 0, kCommandTimeoutMs,
                           "a rule command");
  if (!status) {
    return status.status();
  }
  const uint32_t result = regs::kRulesStatusResult.get(*status);
  return result == 0 ? Status::ok()
                     : Status(Code::kInternal, "card: a rule command ended with result " +
                                                   std::to_string(result) +
                                                   ": card and host do not fit together");
}

Status Commands::write_chunk(size_t slice, size_t chunk, const Rows& rows) {
  for (size_t row = 0; row < RuleImage::kRows; ++row) {
    if (mailbox_ && (*mailbox_)[row] == rows[row]) {
      continue;
    }
    if (Status written =
            bus_.write32(regs::kRuleMailbox + static_cast<uint32_t>(4 * row), rows[row]);
        !written) {
      return written;
    }
  }
  mailbox_ = rows;
  return run_rule(kWrite, static_cast<uint32_t>(slice << kChunkBits | chunk));
}

Status Commands::write_generation(const RuleImage& rules) {
  constexpr size_t kChunksPerSlice = RuleImage::kActionChunk + 1;
  auto& held = generations_[next_generation_];
  held.resize(std::max(held.size(), rules.slices() * kChunksPerSlice));
  for (size_t slice = 0; slice < rules.slices(); ++slice) {
    for (size_t chunk = 0; chunk < kChunksPerSlice; ++chunk) {
      Rows rows{};
      for (size_t row = 0; row < RuleImage::kRows; ++row) {
        rows[row] = rules.word(slice, chunk, row);
      }
      KnownRows& known = held[slice * kChunksPerSlice + chunk];
      if (known == rows) {
        continue;
      }
      known.reset();
      if (Status done = write_chunk(slice, chunk, rows); !done) {
        mailbox_.reset();
        return done;
      }
      known = rows;
    }
  }
  return {};
}

Status Commands::load_rules(const RuleImage& rules) {
  if (Status written = write_generation(rules); !written) {
    return written;
  }
  if (Status written = bus_.write32(regs::kRulesVersion, rules.configuration_version()); !written) {
    return written;
  }
  if (Status written =
          bus_.write32(regs::kRulesOtherwise,
                       regs::kRulesOtherwiseAction.put(static_cast<uint32_t>(rules.otherwise())));
      !written) {
    return written;
  }
  Status taken = run_rule(kTakeOver, static_cast<uint32_t>(rules.slices()));
  if (taken) {
    next_generation_ = 1 - next_generation_;
  } else {
    // Nobody knows which of the two is in use now.
    generations_ = {};
  }
  return taken;
}

Status Commands::zeroize() {
  const auto before = bus_.read32(regs::kControlZeroizeCount);
  if (!before) {
    return before.status();
  }
  if (Status started = bus_.write32(regs::kControlZeroize, regs::kControlZeroizeStart.mask());
      !started) {
    return started;
  }
  if (const auto done = wait(regs::kControlStatus, regs::kControlStatusZeroizing.mask(), 0,
                             kCommandTimeoutMs, "the clearing of keys");
      !done) {
    return done.status();
  }
  const auto after = bus_.read32(regs::kControlZeroizeCount);
  if (!after) {
    return after.status();
  }
  return *after != *before
             ? Status::ok()
             : Status(Code::kInternal, "card: it did not clear its keys: power the card off");
}

}  // namespace vitrine::card::driver
