// Cuts a frame that stands for several TCP segments into those segments, as an interface with
// segmentation offload would: sequence numbers, IP lengths and ids, FIN and PSH on the last one,
// CWR on the first, complete checksums.
//
// Keeps nothing; any thread.
#pragma once

#include <cstddef>

#include "host/base/bytes.h"
#include "host/card/soft/parsed_frame.h"
#include "host/card/soft/wire_port.h"

namespace vitrine::card::soft {

class Segmenter {
 public:
  // The views must outlive this. `parsed` is the frame's.
  // REQUIRES: parsed as kTcp with the frame's segmentation being TCP and segment_size > 0.
  Segmenter(Bytes frame, const ParsedFrame& parsed, uint16_t segment_size);

  // How many segments there are.
  size_t count() const { return count_; }
  // Writes segment i and returns its length. REQUIRES: room for max_length().
  size_t write(size_t i, MutableBytes out) const;
  size_t max_length() const { return parsed_.payload + size_t{segment_size_}; }

 private:
  const Bytes frame_;
  const ParsedFrame& parsed_;
  const uint16_t segment_size_;
  const size_t count_;
};

}  // namespace vitrine::card::soft
