// Frames for parsers: every shape of header that the builder makes, then damaged in the ways that
// parsers fear.
#pragma once

#include <random>

#include "sim/bench/support/frame_stream.h"

#include "host/card/types.h"

namespace vitrine::bench {

// A correct frame with random tags, options, family, protocol and payload.
Frame random_frame(std::mt19937_64& random);
// Changes a few bytes (header fields more often than others), or cuts or extends the frame.
void mutate(Frame& frame, std::mt19937_64& random);
// Random TCP options of at most 40 bytes, many of them wrong.
std::vector<uint8_t> random_options(std::mt19937_64& random);

}  // namespace vitrine::bench
