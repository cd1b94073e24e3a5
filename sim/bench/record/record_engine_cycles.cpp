// Clocks that record_engine takes for bulk data: one flow with large records, and a new flow every
// frame.
//
//   record_engine_cycles     a table: flows, bytes of a record and of a segment, bits of payload a
//   clock
//
// Every frame is compared with the soft card's on its way. Acknowledgements take their clocks too.
#include <cstdio>
#include <vector>

#include "sim/bench/record/record_ports.h"
#include "sim/bench/record/spliced_flow.h"
#include "sim/bench/support/clocked.h"
#include "sim/bench/support/frame_stream.h"
#include "sim/bench/tcp/random_segment.h"
#include <Vrecord_engine.h>

#include "host/base/secret.h"

namespace vitrine::bench {
namespace {

constexpr size_t kFlows = 16;
constexpr auto kData = card::Direction::kFromOutside;

struct Row {
  size_t flows;
  size_t record;   // of content
  size_t segment;  // of payload
  double bits;     // of payload a clock
};

// In order and without loss, data from outside.
class Bulk {
 public:
  Bulk(size_t flows, size_t record, size_t segment) : row_{flows, record, segment, 0} {
    model_->zeroize_i = 0;
    model_->key_write_i = 0;
    model_->command_valid_i = 0;
    model_->in_valid_i = 0;
    model_->tap_ready_i = 1;
    model_->command_tap_mode_i = 0;
    model_.reset();
    FlowOptions options;
    options.smallest_record = record;
    options.largest_record = record;
    options.odd_records = 0;
    for (size_t i = 0; i < flows; ++i) {
      flows_.push_back(std::make_unique<SplicedFlow>(options, pools_, i + 1));
      open(i);
    }
  }

  Row run(size_t frames) {
    FrameDriver driver(VITRINE_FRAME_IN(*model_, in));
    FrameMonitor monitor(VITRINE_FRAME_OUT(*model_, out));
    model_.add(driver);
    model_.add(monitor);
    // Every second frame of a flow is acknowledged by a frame the other way.
    std::vector<std::pair<size_t, FlowSegment>> segments;
    for (size_t i = 0; i < frames; ++i) {
      SplicedFlow& flow = *flows_[i % flows_.size()];
      segments.emplace_back(i % flows_.size(), flow.next_in_order(kData, row_.segment));
      if (i / flows_.size() % 2 == 1) {
        segments.emplace_back(i % flows_.size(), flow.acknowledge(kData));
      }
    }
    for (const auto& [context, segment] : segments) {
      driver.send(segment.frame);
    }
    driver.on_frame(
        [&](uint64_t number) { offer(segments[number].first, segments[number].second); });
    size_t out = 0;
    uint64_t first = 0;
    uint64_t bytes = 0;
    while (out < segments.size()) {
      model_.tick();
      for (; !monitor.frames().empty(); monitor.frames().pop_front(), ++out) {
        const FlowSegment& segment = segments[out].second;
        if (monitor.frames().front() != segment.sent) {
          std::printf("frame %zu differs\n", out);
          std::exit(1);
        }
        if (out >= segments.size() / 4) {
          first = first == 0 ? model_.clocks() : first;
          bytes += segment.payload.size();
        }
      }
    }
    row_.bits = 8.0 * static_cast<double>(bytes) / static_cast<double>(model_.clocks() - first);
    return row_;
  }

 private:
  void offer(size_t context, const FlowSegment& segment) {
    const auto& splice = flows_[context]->splice();
    const size_t d = card::index(segment.direction);
    model_->layout_i = layout_port(segment.parsed);
    segment_port(model_->segment_i.data(), context, segment);
    edit_port(model_->edit_i,
              {splice.directions[d].sequence_delta, splice.directions[1 - d].sequence_delta, 0, 0},
              0, 0);
  }

  void open(size_t context) {
    const SplicedFlow& flow = *flows_[context];
    for (const auto direction : {card::Direction::kFromInside, card::Direction::kFromOutside}) {
      for (size_t generation = 0; generation < 2; ++generation) {
        keys_port(model_->key_i.data(), flow.in_key(direction, generation),
                  flow.out_key(direction, generation));
        model_->key_index_i =
            static_cast<CData>(context << 3 | card::index(direction) << 2 | generation);
        model_->key_write_i = 1;
        model_.tick();
        model_->key_write_i = 0;
      }
      model_->command_i = 0;
      model_->command_context_i = static_cast<SData>(context);
      model_->command_direction_i = card::index(direction) != 0 ? 1 : 0;
      model_->command_tls12_i = 0;
      open_port(model_->command_open_i.data(), flow.splice().directions[card::index(direction)]);
      model_->command_valid_i = 1;
      for (bool done = false; !done;) {
        model_->eval();
        done = model_->command_ready_o != 0;
        model_.tick();
      }
      model_->command_valid_i = 0;
      model_.ticks(4);
    }
  }

  Row row_;
  card::soft::SplicePools pools_{{1024, 4, 4, 32}};
  Clocked<Vrecord_engine> model_;
  std::vector<std::unique_ptr<SplicedFlow>> flows_;
};

}  // namespace
}  // namespace vitrine::bench

int main() {
  using vitrine::bench::Bulk;
  if (!vitrine::secure_memory_init()) {
    return 1;
  }
  std::printf("%8s %8s %8s %14s\n", "flows", "record", "segment", "bits a clock");
  for (const size_t flows : {size_t{1}, vitrine::bench::kFlows}) {
    for (const size_t record : {200, 1400, 4000, 16384}) {
      for (const size_t segment : {200, 536, 1448}) {
        const auto row = Bulk(flows, record, segment).run(400);
        std::printf("%8zu %8zu %8zu %14.1f\n", row.flows, row.record, row.segment, row.bits);
      }
    }
  }
  return 0;
}
