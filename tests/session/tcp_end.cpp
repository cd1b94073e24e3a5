#include "tests/session/tcp_end.h"

#include <algorithm>

namespace vitrine::test {
namespace {

constexpr uint16_t kMss = 1400;

}  // namespace

void TcpEnd::open() { out_.push_back(PacketBuilder(packet_).syn(next_++).mss(kMss).build()); }

void TcpEnd::send(Bytes bytes) {
  while (!bytes.empty()) {
    const Bytes now = bytes.first(std::min<size_t>(bytes.size(), kMss));
    out_.push_back(segment().psh().payload(now).build());
    next_ += static_cast<uint32_t>(now.size());
    bytes = bytes.subspan(now.size());
  }
}

void TcpEnd::finish() {
  out_.push_back(segment().fin().build());
  ++next_;
}

void TcpEnd::reset() { out_.push_back(segment().rst().build()); }

void TcpEnd::receive(const wire::TcpPacket& packet) {
  if (packet.has(wire::kRst)) {
    was_reset_ = true;
    return;
  }
  if (packet.has(wire::kSyn)) {
    expected_ = packet.sequence + 1;
    if (packet.has(wire::kAck)) {
      established_ = true;
      out_.push_back(segment().build());
    } else {
      out_.push_back(PacketBuilder(packet_).syn_ack(next_++, expected_).mss(kMss).build());
    }
    return;
  }
  established_ = true;
  if (packet.length() == 0) {
    return;
  }
  if (packet.sequence == expected_) {
    received_.insert(received_.end(), packet.payload.begin(), packet.payload.end());
    expected_ += packet.length();
    finished_ = finished_ || packet.has(wire::kFin);
  }
  out_.push_back(segment().build());
}

}  // namespace vitrine::test
