// Random TCP frames with every header that a splice may meet, and what the soft card's parser says
// of them, in the form of the RTL's ports (rtl/pkg/vitrine_pkg.sv).
#pragma once

#include <cstdint>
#include <vector>

#include <verilated.h>

#include "host/card/soft/parsed_frame.h"
#include "host/card/soft/record/segment_edit.h"
#include "tests/support/record_stream.h"

namespace vitrine::bench {

struct RandomSegment {
  std::vector<uint8_t> frame;  // with right checksums; perhaps with Ethernet padding at its end
  card::soft::ParsedFrame parsed;
};

// IPv4 with options or IPv6, up to two VLAN tags, timestamps and SACK at any alignment, payload up
// to `largest`.
RandomSegment random_segment(test::Random& random, size_t largest);

// The ports layout_i and edit_i.
uint64_t layout_port(const card::soft::ParsedFrame& parsed);
void edit_port(VlWide<5>& port, const card::soft::HeaderDeltas& deltas, uint32_t leaves,
               uint16_t payload_sum);

}  // namespace vitrine::bench
