#include "host/card/soft/checksum.h"

#include "host/base/checksum.h"
#include "host/base/ip_header.h"
#include "host/base/tcp_header.h"

namespace vitrine::card::soft {
namespace {

constexpr uint16_t kRight = 0xffff;  // the sum over data and its checksum

uint16_t checksum_offset(const ParsedFrame& parsed) {
  return parsed.key.protocol == kProtocolUdp ? kUdpChecksum : kTcpChecksum;
}

// The transport header and everything behind it, by the IP length.
size_t transport_length(const ParsedFrame& parsed) {
  return parsed.payload + parsed.payload_length - parsed.l4;
}

uint16_t pseudo_header_sum(Bytes frame, const ParsedFrame& parsed) {
  return vitrine::pseudo_header_sum(frame.subspan(parsed.l3), parsed.key.protocol,
                                    transport_length(parsed));
}

}  // namespace

void fix_ip_checksum(MutableBytes frame, const ParsedFrame& parsed) {
  write_ip_checksum(frame.subspan(parsed.l3));
}

bool ip_checksum_is_right(Bytes frame, const ParsedFrame& parsed) {
  return parsed.key.source.is_v6() ||
         ones_sum(frame.subspan(parsed.l3, parsed.l4 - parsed.l3)) == kRight;
}

bool transport_checksum_is_right(Bytes frame, const ParsedFrame& parsed) {
  if (parsed.key.protocol == kProtocolUdp && load_be16(&frame[parsed.l4 + kUdpChecksum]) == 0) {
    return true;
  }
  return ones_sum(frame.subspan(parsed.l4, transport_length(parsed)),
                  pseudo_header_sum(frame, parsed)) == kRight;
}

void leave_checksum_to_port(WireFrame& frame, const ParsedFrame& parsed) {
  frame.checksum = Checksum::kPartial;
  frame.checksum_start = parsed.l4;
  frame.checksum_offset = checksum_offset(parsed);
  store_be16(&frame.bytes[parsed.l4 + size_t{frame.checksum_offset}],
             pseudo_header_sum(frame.bytes, parsed));
}

void complete_checksum(WireFrame& frame) {
  // The field holds the pseudo-header's sum, so summing over it adds that.
  auto value = static_cast<uint16_t>(~ones_sum(frame.bytes.subspan(frame.checksum_start)));
  if (value == 0) {
    value = 0xffff;  // the same number; zero would tell UDP that there is no checksum
  }
  store_be16(&frame.bytes[frame.checksum_start + size_t{frame.checksum_offset}], value);
  frame.checksum = Checksum::kComplete;
}

}  // namespace vitrine::card::soft
