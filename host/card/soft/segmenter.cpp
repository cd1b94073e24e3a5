#include "host/card/soft/segmenter.h"

#include <algorithm>

#include "host/base/ip_header.h"
#include "host/base/tcp_header.h"
#include "host/card/soft/checksum.h"

namespace vitrine::card::soft {

Segmenter::Segmenter(Bytes frame, const ParsedFrame& parsed, uint16_t segment_size)
    : frame_(frame),
      parsed_(parsed),
      segment_size_(segment_size),
      count_(std::max<size_t>(1, (parsed.payload_length + segment_size - 1U) / segment_size)) {}

size_t Segmenter::write(size_t i, MutableBytes out) const {
  const size_t headers = parsed_.payload;
  const size_t offset = i * segment_size_;
  const size_t length = std::min<size_t>(segment_size_, parsed_.payload_length - offset);
  std::copy_n(frame_.begin(), headers, out.begin());
  std::copy_n(frame_.begin() + static_cast<ptrdiff_t>(headers + offset), length,
              out.begin() + static_cast<ptrdiff_t>(headers));
  ParsedFrame at = parsed_;
  at.payload_length = static_cast<uint32_t>(length);
  const size_t ip_length = headers + length - parsed_.l3;
  if (parsed_.key.source.is_v6()) {
    store_be16(&out[parsed_.l3 + kIpv6PayloadLength],
               static_cast<uint16_t>(ip_length - kIpv6Header));
  } else {
    store_be16(&out[parsed_.l3 + kIpv4TotalLength], static_cast<uint16_t>(ip_length));
    uint8_t* id = &out[parsed_.l3 + kIpv4Identification];
    store_be16(id, static_cast<uint16_t>(load_be16(id) + i));
  }
  store_be32(&out[parsed_.l4 + kTcpSequence], parsed_.sequence + static_cast<uint32_t>(offset));
  uint8_t& flags = out[parsed_.l4 + kTcpFlags];
  if (i > 0) {
    flags = static_cast<uint8_t>(flags & ~kTcpCwr);
  }
  if (i + 1 < count_) {
    flags = static_cast<uint8_t>(flags & ~(kFin | kPsh));
  }
  WireFrame segment;
  segment.bytes = out.first(headers + length);
  fix_ip_checksum(segment.bytes, at);
  leave_checksum_to_port(segment, at);
  complete_checksum(segment);
  return segment.bytes.size();
}

}  // namespace vitrine::card::soft
