#include "tests/card/soft_bench.h"

#include <atomic>
#include <stdexcept>
#include <utility>

#include "host/base/clock.h"
#include "host/card/soft/checksum.h"
#include "host/card/soft/frame_parser.h"
#include "host/card/soft/memory_port.h"
#include "host/card/soft/plain_flow.h"
#include "host/card/soft/soft_card.h"

namespace vitrine::card::test {
namespace {

// Moved by the test's thread, read by the card's worker.
class SharedClock : public Clock {
 public:
  uint64_t monotonic_ns() const override { return now_ns_.load(); }
  int64_t wall_ms() const override { return 0; }
  void advance_ms(int64_t ms) { now_ns_ += static_cast<uint64_t>(ms) * 1'000'000; }

 private:
  std::atomic<uint64_t> now_ns_{1};
};

class SoftBench : public CardBench {
 public:
  SoftBench(bool offloads, const BenchOptions& options) : offloads_(offloads) {
    soft::SoftCardConfig config;
    config.inside_port = std::make_unique<soft::MemoryPort>(wires_[0], offloads);
    config.outside_port = std::make_unique<soft::MemoryPort>(wires_[1], offloads);
    config.segment_offload = offloads;
    config.max_flows = options.max_flows;
    config.linger_ms = options.linger_ms;
    config.host_ring_bytes = options.host_ring_bytes;
    config.heartbeat_timeout_ms = options.heartbeat_timeout_ms;
    config.fail_open = options.fail_open;
    config.clock = &clock_;
    auto made = soft::make_soft_card(std::move(config));
    if (!made) {
      throw std::runtime_error(made.status().to_string());
    }
    card_ = std::move(made).value();
  }

  Card& card() override { return *card_; }

  size_t put(Port port, const WireSample& sample) override {
    soft::StoredFrame frame;
    size_t frames = 1;
    frame.bytes = sample.bytes;
    soft::ParsedFrame parsed;
    if (sample.segment_size != 0 &&
        soft::parse_frame(frame.bytes, port, parsed) == soft::FrameKind::kTcp) {
      frame.meta.bytes = frame.bytes;
      soft::leave_checksum_to_port(frame.meta, parsed);
      frame.meta.bytes = {};
      frames = offloads_ ? 1 : soft::wire_segments(parsed.payload_length, sample.segment_size);
      frame.meta.segment_size = sample.segment_size;
      frame.meta.segmentation =
          parsed.key.source.is_v6() ? soft::Segmentation::kTcp6 : soft::Segmentation::kTcp4;
    }
    return wires_[static_cast<size_t>(port)].put(std::move(frame)) ? frames : 0;
  }

  std::vector<WireSample> take(Port port) override {
    std::vector<WireSample> out;
    for (auto& frame : wires_[static_cast<size_t>(port)].take()) {
      if (frame.meta.checksum == soft::Checksum::kPartial) {
        frame.meta.bytes = frame.bytes;
        soft::complete_checksum(frame.meta);
      }
      out.push_back({std::move(frame.bytes), frame.meta.segment_size});
    }
    return out;
  }

  void advance_ms(int64_t ms) override { clock_.advance_ms(ms); }
  bool coalesces() const override { return offloads_; }

 private:
  const bool offloads_;
  SharedClock clock_;
  std::array<soft::MemoryWire, 2> wires_;
  std::unique_ptr<Card> card_;  // last: its worker uses the wires and the clock
};

}  // namespace

CardUnderTest soft_card_under_test(bool offloads) {
  return {offloads ? "soft" : "soft_without_offloads", [offloads](const BenchOptions& options) {
            return std::make_unique<SoftBench>(offloads, options);
          }};
}

}  // namespace vitrine::card::test
