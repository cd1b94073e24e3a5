#include "tests/support/packet_view.h"

#include <stdexcept>

namespace vitrine::test {

PacketView::PacketView(Bytes frame) {
  ByteReader reader(frame);
  reader.skip(12);
  uint16_t type = reader.u16();
  while (type == 0x8100 || type == 0x88a8) {
    reader.skip(2);
    type = reader.u16();
  }
  const size_t ip = reader.position();
  size_t end = 0;
  if (type == 0x86dd) {
    reader.skip(4);
    end = ip + 40 + reader.u16();
    reader.skip(34);
  } else {
    const size_t header = (reader.u8() & 0xfU) * 4U;
    reader.skip(1);
    end = ip + reader.u16();
    reader.skip(header - 4);
  }
  const size_t tcp = reader.position();
  source_port = reader.u16();
  destination_port = reader.u16();
  sequence = reader.u32();
  acknowledgement = reader.u32();
  const size_t data = tcp + (reader.u8() >> 4U) * 4U;
  flags = reader.u8();
  window = reader.u16();
  reader.skip(4);
  while (reader.ok() && reader.position() < data) {
    const uint8_t kind = reader.u8();
    if (kind == 0) {
      break;
    }
    if (kind == 1) {
      continue;
    }
    ByteReader option(reader.take(reader.u8() - 2U));
    if (kind == 8) {
      has_timestamps = true;
      timestamp = option.u32();
      timestamp_echo = option.u32();
    }
    while (kind == 5 && option.remaining() >= 8) {
      const uint32_t left = option.u32();
      sack.emplace_back(left, option.u32());
    }
  }
  if (!reader.ok() || end > frame.size() || data > end) {
    throw std::runtime_error("not a whole TCP frame");
  }
  payload = frame.subspan(data, end - data);
}

}  // namespace vitrine::test
