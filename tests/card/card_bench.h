// What the conformance suite needs of a card under test: the card, and both of its wires.
//
// A new implementation joins the suite by a file as soft_bench.cpp, which instantiates the tests.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "host/card/card.h"

namespace vitrine::card::test {

struct WireSample {
  std::vector<uint8_t> bytes;  // checksums complete, also where the wire carried partial ones
  uint16_t segment_size = 0;
};

struct BenchOptions {
  uint32_t max_flows = 256;
  size_t host_ring_bytes = 8U << 20;
  uint32_t heartbeat_timeout_ms = 0;
  bool fail_open = false;
};

class CardBench {
 public:
  virtual ~CardBench() = default;
  virtual Card& card() = 0;
  // Puts a frame on the wire towards the card. Returns how many frames the card will see (several
  // where a coalesced one is cut), 0 where the wire is full.
  virtual size_t put(Port port, const WireSample& frame) = 0;
  // Everything that has left by the port since the last call.
  virtual std::vector<WireSample> take(Port port) = 0;
  // Lets the card's time pass (ageing, linger).
  virtual void advance_ms(int64_t ms) = 0;
  // Whether frames larger than the MTU pass whole; otherwise they arrive cut.
  virtual bool coalesces() const = 0;
};

struct CardUnderTest {
  std::string name;
  uint32_t max_flows;  // that it can be asked for
  std::function<std::unique_ptr<CardBench>(const BenchOptions&)> make;
};

// Named by GoogleTest.
// NOLINTNEXTLINE(readability-identifier-naming)
inline void PrintTo(const CardUnderTest& tested, std::ostream* out) { *out << tested.name; }

}  // namespace vitrine::card::test
