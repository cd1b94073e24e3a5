// The record room's structs (rtl/pkg/vitrine_pkg.sv) as the benches write and read them.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "sim/bench/record/spliced_flow.h"
#include <verilated.h>

namespace vitrine::bench {

struct TrackerVerdict {
  size_t context = 0;
  bool sends = false;
  std::vector<uint8_t> left;
  uint8_t reason = 0;
  bool closes = false;
  uint8_t close_reason = 0;
  uint64_t record = 0;
  uint64_t fresh = 0;
  uint64_t records = 0;
};

// record_segment_t, record_open_t, record_keys_t.
void segment_port(EData* port, size_t context, const FlowSegment& segment);
void open_port(EData* port, const card::SpliceDirection& splice);
void keys_port(EData* port, const test::StreamKey& in, const test::StreamKey& out);
// record_verdict_t; the second is how much of the payload leaves, `left` stays empty.
std::pair<TrackerVerdict, size_t> read_verdict(const EData* port);

}  // namespace vitrine::bench
