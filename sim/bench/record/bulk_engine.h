// record_engine under traffic back to back, for counting clocks.
//
// Frames go in as fast as they are taken; what comes out is compared with the soft card's frames,
// so a figure is never that of wrong frames. One model for all runs; contexts are closed between
// them. A frame that differs, or that does not come out, ends the process. Single thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "sim/bench/record/spliced_flow.h"
#include "sim/bench/support/clocked.h"
#include "sim/bench/support/frame_stream.h"
#include <Vrecord_engine.h>

namespace vitrine::bench {

struct BulkSegment {
  size_t context = 0;
  FlowSegment segment;
};

// Between the frame that ends the first quarter and the last one, at the output.
struct BulkRates {
  double payload_bits = 0;  // of TCP payload, a clock
  double packet_bits = 0;   // of IP packets, a clock
};

class BulkEngine {
 public:
  static constexpr size_t kContexts = 1024;
  static constexpr auto kData = card::Direction::kFromOutside;

  BulkEngine();
  // New connections on the contexts 0 ... flows - 1; those before are closed.
  void open(size_t flows, const FlowOptions& options);
  SplicedFlow& flow(size_t context) { return *flows_[context]; }
  // Passes all segments, made by these flows, in order.
  BulkRates run(const std::vector<BulkSegment>& segments);
  // From the clock of the last beat in to that of the first beat out, of a segment alone.
  uint64_t latency(const BulkSegment& segment);
  uint64_t clocks() const { return model_.clocks(); }

 private:
  // Watches for a beat that ends a frame on its way in, and for the first on its way out.
  class Probe : public Agent {
   public:
    explicit Probe(BulkEngine& engine) : engine_(engine) {}
    void drive() override {}
    void sample() override;
    uint64_t last_in = 0;
    uint64_t first_out = 0;

   private:
    BulkEngine& engine_;
  };

  void open_context(size_t context);
  void command(unsigned what, size_t context, card::Direction direction);
  void offer(const BulkSegment& segment);

  card::soft::SplicePools pools_{{4096, 4, 4, 32}};
  std::vector<std::unique_ptr<SplicedFlow>> flows_;
  uint64_t seed_ = 0;
  Clocked<Vrecord_engine> model_;
  FrameDriver driver_;
  FrameMonitor monitor_;
  Probe probe_;
  uint64_t sent_ = 0;  // frames, in all runs
  const std::vector<BulkSegment>* segments_ = nullptr;
};

}  // namespace vitrine::bench
