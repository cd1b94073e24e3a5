#include "tests/card/memory_bench.h"

#include <stdexcept>
#include <utility>

#include "host/card/soft/checksum.h"
#include "host/card/soft/frame_parser.h"
#include "host/card/soft/plain_flow.h"

namespace vitrine::card::test {

MemoryBench::MemoryBench(bool offloads, const MakeCard& make_card) : offloads_(offloads) {
  auto made = make_card({std::make_unique<soft::MemoryPort>(wires_[0], offloads),
                         std::make_unique<soft::MemoryPort>(wires_[1], offloads)},
                        clock_);
  if (!made) {
    throw std::runtime_error(made.status().to_string());
  }
  card_ = std::move(made).value();
}

size_t MemoryBench::put(Port port, const WireSample& sample) {
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

std::vector<WireSample> MemoryBench::take(Port port) {
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

}  // namespace vitrine::card::test
