#include "sim/tools/vitrine_sim/replay.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "sim/tools/vitrine_sim/capture_file.h"

#include "host/base/clock.h"
#include "host/base/secret.h"
#include "host/card/card.h"
#include "host/card/sim/rtl_model.h"
#include "host/card/sim/sim_card.h"
#include "host/card/soft/memory_port.h"

namespace vitrine::sim {
namespace {

constexpr size_t kGroup = 32;
constexpr auto kPatience = std::chrono::seconds(20);
constexpr uint64_t kMillisecond = 1'000'000;
constexpr const char* kPortNames[] = {"inside", "outside"};

// Moved by replay(), read by the card's thread.
class CaptureClock : public Clock {
 public:
  uint64_t monotonic_ns() const override { return now_ns_; }
  int64_t wall_ms() const override { return static_cast<int64_t>(now_ns_ / kMillisecond); }
  void set(uint64_t now_ns) { now_ns_ = std::max(now_ns_.load(), now_ns); }

 private:
  std::atomic<uint64_t> now_ns_{0};
};

struct Entry {
  unsigned port;
  CapturedFrame frame;
};

// Both captures in the order of their times; of equal ones, inside first.
Result<std::vector<Entry>> read_all(const Replay& what) {
  std::vector<Entry> entries;
  for (unsigned port = 0; port < 2; ++port) {
    if (what.in[port].empty()) {
      continue;
    }
    auto frames = read_capture(what.in[port]);
    if (!frames) {
      return frames.status();
    }
    for (CapturedFrame& frame : *frames) {
      entries.push_back({port, std::move(frame)});
    }
  }
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return a.frame.time_ns < b.frame.time_ns;
  });
  return entries;
}

class Player : public card::CardSink {
 public:
  static Result<std::unique_ptr<Player>> create(const Replay& what);

  Status play(std::vector<Entry> entries);
  Result<ReplayOutcome> finish(double seconds);

  void on_punt(const card::Punt& punt) override {
    if (punted_) {
      punted_->write(clock_.monotonic_ns(), punt.frame);
    }
  }
  void on_event(const card::FlowEvent&) override {}

 private:
  Status open(const Replay& what);
  Status settle();

  CaptureClock clock_;
  std::array<card::soft::MemoryWire, 2> wires_;
  std::array<std::optional<CaptureWriter>, 2> out_;
  std::optional<CaptureWriter> punted_;
  uint64_t entered_ = 0;
  std::unique_ptr<card::Card> card_;  // last: its thread uses the wires and the clock
};

Result<std::unique_ptr<Player>> Player::create(const Replay& what) {
  auto player = std::make_unique<Player>();
  Status opened = player->open(what);
  return opened ? Result<std::unique_ptr<Player>>(std::move(player)) : opened;
}

Status Player::open(const Replay& what) {
  for (unsigned port = 0; port < 2; ++port) {
    if (!what.out[port].empty()) {
      auto file = CaptureWriter::open(what.out[port]);
      if (!file) {
        return file.status();
      }
      out_[port] = std::move(file).value();
    }
  }
  if (!what.punted.empty()) {
    auto file = CaptureWriter::open(what.punted);
    if (!file) {
      return file.status();
    }
    punted_ = std::move(file).value();
  }
  const auto model = card::sim::rtl_model(what.trace_file);
  if (!model) {
    return model.status();
  }
  card::sim::SimCardConfig config;
  config.inside_port = std::make_unique<card::soft::MemoryPort>(wires_[0], false);
  config.outside_port = std::make_unique<card::soft::MemoryPort>(wires_[1], false);
  config.clock = &clock_;
  auto made = card::sim::make_sim_card(std::move(config), *model);
  if (!made) {
    return made.status();
  }
  card_ = std::move(made).value();
  card::RuleGeneration rules;
  rules.configuration_version = 1;
  rules.otherwise = what.otherwise;
  Status loaded = card_->load_rules(rules);
  return loaded ? card_->start() : loaded;
}

// Until the card has dealt with all that came; what has left and what it punted is written.
Status Player::settle() {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    const bool late = std::chrono::steady_clock::now() > deadline;
    const card::Counters counters = card_->counters();
    while (card_->poll(*this, kGroup) != 0) {
    }
    if (counters.total_in() + counters.missed[0] + counters.missed[1] >= entered_ &&
        counters.balanced()) {
      break;
    }
    if (late) {
      return {Code::kTimeout, "card hung: it does not come to rest"};
    }
  }
  for (unsigned port = 0; port < 2; ++port) {
    for (const auto& frame : wires_[port].take()) {
      if (out_[port]) {
        out_[port]->write(clock_.monotonic_ns(), frame.bytes);
      }
    }
  }
  return {};
}

Status Player::play(std::vector<Entry> entries) {
  for (size_t at = 0; at < entries.size();) {
    const unsigned port = entries[at].port;
    const uint64_t millisecond = entries[at].frame.time_ns / kMillisecond;
    for (size_t n = 0; n < kGroup && at < entries.size() && entries[at].port == port &&
                       entries[at].frame.time_ns / kMillisecond == millisecond;
         ++n, ++at) {
      clock_.set(entries[at].frame.time_ns);
      card::soft::StoredFrame frame;
      frame.bytes = std::move(entries[at].frame.bytes);
      wires_[port].put(std::move(frame));
      ++entered_;
    }
    if (Status rested = settle(); !rested) {
      return rested;
    }
  }
  return {};
}

Result<ReplayOutcome> Player::finish(double seconds) {
  for (auto* file : {&out_[0], &out_[1], &punted_}) {
    if (*file) {
      if (Status written = (*file)->flush(); !written) {
        return written;
      }
    }
  }
  return ReplayOutcome{card_->counters(), seconds};
}

void for_each_counter(const card::Counters& c,
                      const std::function<void(const std::string&, uint64_t)>& row) {
  for (unsigned port = 0; port < 2; ++port) {
    row(std::string("received.") + kPortNames[port], c.received[port]);
  }
  row("forwarded", c.forwarded);
  row("spliced", c.spliced);
  for (size_t i = 0; i < card::kPuntReasons; ++i) {
    row(std::string("punted.") + card::kPuntReasonTexts[i].counter, c.punted[i]);
  }
  for (size_t i = 0; i < card::kDropReasons; ++i) {
    row(std::string("dropped.") + card::kDropReasonTexts[i].counter, c.dropped[i]);
  }
  for (unsigned port = 0; port < 2; ++port) {
    row(std::string("missed.") + kPortNames[port], c.missed[port]);
  }
}

}  // namespace

Result<ReplayOutcome> replay(const Replay& what) {
  if (Status secure = secure_memory_init(); !secure) {
    return secure;
  }
  auto entries = read_all(what);
  if (!entries) {
    return entries.status();
  }
  auto player = Player::create(what);
  if (!player) {
    return player.status();
  }
  const auto start = std::chrono::steady_clock::now();
  if (Status played = (*player)->play(std::move(entries).value()); !played) {
    return played;
  }
  return (*player)->finish(
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}

std::string to_text(const ReplayOutcome& outcome) {
  std::string text;
  for_each_counter(outcome.counters, [&](const std::string& name, uint64_t value) {
    if (value != 0) {
      text += name + std::string(name.size() < 24 ? 24 - name.size() : 1, ' ') +
              std::to_string(value) + "\n";
    }
  });
  const card::Counters& c = outcome.counters;
  return text + "in " + std::to_string(c.total_in()) + " = out " + std::to_string(c.total_out()) +
         ", " + std::to_string(outcome.seconds) + " s\n";
}

std::string to_json(const ReplayOutcome& outcome) {
  std::string text = "{";
  for_each_counter(outcome.counters, [&](const std::string& name, uint64_t value) {
    text += "\"" + name + "\":" + std::to_string(value) + ",";
  });
  return text + "\"seconds\":" + std::to_string(outcome.seconds) + "}\n";
}

}  // namespace vitrine::sim
