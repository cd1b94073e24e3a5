#include "host/card/soft/segmenter.h"

#include <algorithm>

#include "host/card/soft/checksum.h"

namespace vitrine::card::soft {
namespace {

constexpr uint8_t kFlagCwr = 0x80;

}  // namespace

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
    store_be16(&out[parsed_.l3 + 4U], static_cast<uint16_t>(ip_length - 40));
  } else {
    store_be16(&out[parsed_.l3 + 2U], static_cast<uint16_t>(ip_length));
    const uint16_t id = load_be16(&out[parsed_.l3 + 4U]);
    store_be16(&out[parsed_.l3 + 4U], static_cast<uint16_t>(id + i));
  }
  store_be32(&out[parsed_.l4 + 4U], parsed_.sequence + static_cast<uint32_t>(offset));
  uint8_t& flags = out[parsed_.l4 + 13U];
  if (i > 0) {
    flags = static_cast<uint8_t>(flags & ~kFlagCwr);
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
