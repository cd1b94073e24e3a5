// Edits of the TCP and IP headers of a spliced segment, in place. Checksums are the caller's.
#pragma once

#include <cstdint>

#include "host/base/bytes.h"
#include "host/card/soft/parsed_frame.h"

namespace vitrine::card::soft {

struct HeaderDeltas {
  uint32_t sequence = 0;         // added to the sequence number
  uint32_t acknowledgement = 0;  // subtracted from the acknowledgement and the SACK edges
  uint32_t timestamp = 0;        // added to TSval
  uint32_t timestamp_echo = 0;   // subtracted from TSecr
};

// Acknowledgement fields are left alone where ACK is not set (RFC 9293 section 3.1, RFC 7323
// section 3.2).
void move_numbers(MutableBytes frame, const ParsedFrame& parsed, const HeaderDeltas& deltas);

// The segment ends after `payload_length` bytes: lengths follow, FIN and PSH go, for they belong to
// the end that was cut off. REQUIRES: payload_length at most what there is.
void cut_payload(MutableBytes frame, const ParsedFrame& parsed, uint32_t payload_length);

}  // namespace vitrine::card::soft
