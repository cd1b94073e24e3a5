// The fixture of the conformance suite: a running card, frames in, frames and reports out.
//
// Every test ends with the balance: all frames that entered are accounted for exactly once.
#pragma once

#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "host/card/card.h"
#include "tests/card/card_bench.h"
#include "tests/support/packet_builder.h"

namespace vitrine::card::test {

using vitrine::test::PacketBuilder;

// Copies of what poll() handed out.
struct SeenPunt {
  Port port;
  uint16_t segment_size;
  PuntReason reason;
  FlowId flow;
  std::vector<uint8_t> frame;
};

class Collector : public CardSink {
 public:
  void on_punt(const Punt& punt) override {
    punts.push_back({punt.meta.port,
                     punt.meta.segment_size,
                     punt.reason,
                     punt.flow,
                     {punt.frame.begin(), punt.frame.end()}});
  }
  void on_event(const FlowEvent& event) override { events.push_back(event); }
  void on_tap_bytes(const TapBytes& tap) override {
    plaintext[index(tap.direction)].insert(plaintext[index(tap.direction)].end(),
                                           tap.plaintext.begin(), tap.plaintext.end());
  }
  void on_tap_record(const TapRecord& record) override { tap_records.push_back(record); }

  std::vector<SeenPunt> punts;
  std::vector<FlowEvent> events;
  std::array<std::vector<uint8_t>, 2> plaintext;
  std::vector<TapRecord> tap_records;
};

class ConformanceTest : public ::testing::TestWithParam<CardUnderTest> {
 protected:
  void SetUp() override { make(BenchOptions{}); }
  void TearDown() override;

  // Another card than SetUp()'s, running, with a rule generation that forwards everything.
  void make(const BenchOptions& options);
  Card& card() { return bench_->card(); }
  CardBench& bench() { return *bench_; }

  void put(Port port, const std::vector<uint8_t>& frame, uint16_t segment_size = 0);
  void put(Port port, const PacketBuilder& packet) { put(port, packet.build()); }
  Status inject(InjectAs how, Port port, const std::vector<uint8_t>& frame,
                uint16_t segment_size = 0);
  // Returns when the card has dealt with everything that was put and injected.
  void settle();
  // settle(), then what has left by the port.
  std::vector<WireSample> out(Port port);
  // settle(), then everything that the card reports; kept by the fixture, grows.
  Collector& reports();
  // Waits until n events (at least) have been reported, for those that only time brings.
  void wait_events(size_t n);
  // The same, while the card's time goes on.
  void wait_events_in_time(size_t n);
  void wait_flows(size_t n);

  uint64_t dropped(DropReason reason);
  uint64_t punted(PuntReason reason);
  void rules(std::vector<Rule> list, Action otherwise);
  FlowId install(const FlowKey& key, Action action, uint32_t idle_timeout_ms = 60'000);

  // Puts one frame in and expects exactly it to come out at the other wire.
  void expect_forwarded(Port port, const std::vector<uint8_t>& frame, const char* what);
  void expect_dropped(Port port, const std::vector<uint8_t>& frame, DropReason reason,
                      const char* what);
  void expect_punted(Port port, const std::vector<uint8_t>& frame, PuntReason reason,
                     const char* what);

 private:
  std::unique_ptr<CardBench> bench_;
  Collector collector_;
  uint64_t entered_ = 0;
  uint64_t injected_egress_ = 0;
};

// For cards whose wires carry coalesced frames.
class CoalescingConformanceTest : public ConformanceTest {};
// Spliced connections; tests/card/splice_conformance.cpp.
class SpliceConformanceTest : public ConformanceTest {};
class SpliceEndConformanceTest : public ConformanceTest {};
class TapConformanceTest : public ConformanceTest {};
class StrictConformanceTest : public ConformanceTest {};

inline std::string name_of(const ::testing::TestParamInfo<CardUnderTest>& tested) {
  return tested.param.name;
}

}  // namespace vitrine::card::test
