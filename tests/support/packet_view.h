// The fields of a TCP frame that tests look at. Trusts the frame: it is what a test made, or what a
// card let out and a test checked.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "host/base/bytes.h"

namespace vitrine::test {

struct PacketView {
  // The frame must outlive the payload's view. Throws std::runtime_error where it is no whole TCP
  // frame.
  explicit PacketView(Bytes frame);

  uint16_t source_port = 0;
  uint16_t destination_port = 0;
  uint32_t sequence = 0;
  uint32_t acknowledgement = 0;
  uint8_t flags = 0;
  uint16_t window = 0;
  bool has_timestamps = false;
  uint32_t timestamp = 0;
  uint32_t timestamp_echo = 0;
  std::vector<std::pair<uint32_t, uint32_t>> sack;
  Bytes payload;
};

}  // namespace vitrine::test
