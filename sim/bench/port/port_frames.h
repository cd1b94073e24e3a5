// Frames that tell who they are: their first bytes are a number, and all other bytes follow from
// it.
#pragma once

#include <cstdint>

#include "sim/bench/support/frame_stream.h"

namespace vitrine::bench {

inline Frame numbered_frame(uint32_t number, size_t length) {
  Frame frame(length);
  for (size_t i = 0; i < length; ++i) {
    frame[i] = static_cast<uint8_t>(i < 4 ? number >> (8 * i) : number * 7 + i);
  }
  return frame;
}

// REQUIRES: at least 4 bytes.
inline uint32_t number_of(const Frame& frame) {
  return frame[0] | frame[1] << 8U | frame[2] << 16U | static_cast<uint32_t>(frame[3]) << 24U;
}

}  // namespace vitrine::bench
