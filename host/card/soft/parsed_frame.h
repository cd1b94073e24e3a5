// Where things are in a frame: the result of parsing, shared by the soft card's stages.
//
// Offsets are from the frame's first byte. Nothing here owns memory.
#pragma once

#include <cstdint>

#include "host/base/tcp_header.h"
#include "host/card/types.h"

namespace vitrine::card::soft {

struct TcpOptionsAt {
  uint16_t timestamp = 0;   // offset of TSval (4 bytes, then TSecr), 0 where absent
  uint16_t sack = 0;        // offset of the first left edge, 0 where absent
  uint8_t sack_blocks = 0;  // 8 bytes each
};

struct ParsedFrame {
  FlowKey key;                  // ingress filled by the port
  uint16_t l3 = 0;              // IPv4 or IPv6 header
  uint16_t l4 = 0;              // TCP or UDP header
  uint32_t payload = 0;         // first byte after the TCP header
  uint32_t payload_length = 0;  // by the IP length field, not by the frame's (Ethernet pads)
  uint32_t sequence = 0;
  uint32_t acknowledgement = 0;
  uint16_t window = 0;
  uint8_t tcp_flags = 0;  // of TcpFlag
  TcpOptionsAt options;
};

}  // namespace vitrine::card::soft
