#include "host/card/soft/record/segment_edit.h"

#include "host/base/ip_header.h"
#include "host/base/tcp_header.h"

namespace vitrine::card::soft {
namespace {

void add_to(uint8_t* field, uint32_t delta) { store_be32(field, load_be32(field) + delta); }

}  // namespace

void move_numbers(MutableBytes frame, const ParsedFrame& parsed, const HeaderDeltas& deltas) {
  uint8_t* tcp = frame.data() + parsed.l4;
  const bool acknowledges = (parsed.tcp_flags & kAck) != 0;
  add_to(tcp + kTcpSequence, deltas.sequence);
  if (acknowledges) {
    add_to(tcp + kTcpAcknowledgement, 0 - deltas.acknowledgement);
  }
  if (parsed.options.sack != 0) {
    uint8_t* edge = frame.data() + parsed.options.sack;
    for (size_t i = 0; i < 2U * parsed.options.sack_blocks; ++i) {
      add_to(edge + 4 * i, 0 - deltas.acknowledgement);
    }
  }
  if (parsed.options.timestamp != 0) {
    uint8_t* timestamp = frame.data() + parsed.options.timestamp;
    add_to(timestamp, deltas.timestamp);
    if (acknowledges) {
      add_to(timestamp + 4, 0 - deltas.timestamp_echo);
    }
  }
}

void cut_payload(MutableBytes frame, const ParsedFrame& parsed, uint32_t payload_length) {
  const size_t end = parsed.payload + payload_length;
  uint8_t* ip = frame.data() + parsed.l3;
  if (parsed.key.source.is_v6()) {
    store_be16(ip + kIpv6PayloadLength, static_cast<uint16_t>(end - parsed.l3 - kIpv6Header));
  } else {
    store_be16(ip + kIpv4TotalLength, static_cast<uint16_t>(end - parsed.l3));
  }
  frame[parsed.l4 + kTcpFlags] &= static_cast<uint8_t>(~(kFin | kPsh));
}

}  // namespace vitrine::card::soft
