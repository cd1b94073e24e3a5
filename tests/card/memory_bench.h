// A card between two wires in memory, for the conformance suite, whichever card it is.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>

#include "host/base/clock.h"
#include "host/card/soft/memory_port.h"
#include "tests/card/card_bench.h"

namespace vitrine::card::test {

// Moved by the test's thread, read by the card's worker.
class SharedClock : public Clock {
 public:
  uint64_t monotonic_ns() const override { return now_ns_.load(); }
  int64_t wall_ms() const override { return 0; }
  void advance_ms(int64_t ms) { now_ns_ += static_cast<uint64_t>(ms) * 1'000'000; }

 private:
  std::atomic<uint64_t> now_ns_{1};
};

class MemoryBench : public CardBench {
 public:
  using Wires = std::array<std::unique_ptr<soft::WirePort>, 2>;
  using MakeCard = std::function<Result<std::unique_ptr<Card>>(Wires, const Clock&)>;

  // With offloads the wires carry coalesced frames and partial checksums. Throws where no card is
  // made.
  MemoryBench(bool offloads, const MakeCard& make_card);

  Card& card() override { return *card_; }
  size_t put(Port port, const WireSample& sample) override;
  std::vector<WireSample> take(Port port) override;
  void advance_ms(int64_t ms) override { clock_.advance_ms(ms); }
  bool coalesces() const override { return offloads_; }

 private:
  const bool offloads_;
  SharedClock clock_;
  std::array<soft::MemoryWire, 2> wires_;
  std::unique_ptr<Card> card_;  // last: its worker uses the wires and the clock
};

}  // namespace vitrine::card::test
