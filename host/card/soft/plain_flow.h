// A connection that the card lets through unedited: its statistics, and when it has ended.
//
// TCP only for the end: both FINs acknowledged, or a reset that its receiver accepts (RFC 9293
// section 3.10.7.4; RFC 5961 section 3: exactly the next sequence number). Threads: one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "host/card/soft/frame_parser.h"
#include "host/card/types.h"

namespace vitrine::card::soft {

class PlainFlow {
 public:
  // Why the connection ended, with the packet that ended it; never again after that.
  std::optional<CloseReason> account(Direction direction, FrameKind kind, const ParsedFrame& parsed,
                                     size_t frame_length, uint16_t segment_size);
  const FlowStats& stats() const { return stats_; }

 private:
  struct End {
    bool seen = false;          // any packet in this direction
    bool acknowledged = false;  // last_acknowledgement is valid
    bool fin = false;
    bool fin_acknowledged = false;
    uint32_t fin_end = 0;  // sequence number after the FIN
  };

  bool reset_is_accepted(Direction direction, const ParsedFrame& parsed) const;

  FlowStats stats_;
  std::array<End, 2> ends_;
  bool closed_ = false;
};

// Segments on the wire that a frame stands for.
uint64_t wire_segments(uint32_t payload_length, uint16_t segment_size);

}  // namespace vitrine::card::soft
