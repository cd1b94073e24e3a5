#include "host/wire/tcp_build.h"

#include <algorithm>
#include <cassert>

#include "host/base/checksum.h"
#include "host/base/ip_header.h"
#include "host/base/tcp_header.h"
#include "host/wire/tcp_option_list.h"

namespace vitrine::wire {
namespace {

constexpr size_t kTimestampOption = kTcpTimestampsSize + 2;  // NOPs (RFC 7323 appendix A)
constexpr uint8_t kDefaultHops = 64;
constexpr uint8_t kDoNotFragment = 0x40;

void write_ip_header(MutableBytes ip, const Segment& segment) {
  if (segment.source.address.is_v6()) {
    ip[0] = 0x60;
    store_be16(&ip[kIpv6PayloadLength], static_cast<uint16_t>(ip.size() - kIpv6Header));
    ip[kIpv6NextHeader] = kProtocolTcp;
    ip[7] = kDefaultHops;
    std::copy_n(segment.source.address.bytes.begin(), kIpv6AddressSize, &ip[kIpv6Source]);
    std::copy_n(segment.destination.address.bytes.begin(), kIpv6AddressSize, &ip[kIpv6Destination]);
    return;
  }
  ip[0] = 0x45;
  store_be16(&ip[kIpv4TotalLength], static_cast<uint16_t>(ip.size()));
  ip[kIpv4Fragment] = kDoNotFragment;
  ip[8] = kDefaultHops;
  ip[kIpv4Protocol] = kProtocolTcp;
  std::copy_n(segment.source.address.bytes.begin(), kIpv4AddressSize, &ip[kIpv4Source]);
  std::copy_n(segment.destination.address.bytes.begin(), kIpv4AddressSize, &ip[kIpv4Destination]);
}

void write_tcp_header(MutableBytes tcp, const Segment& segment, size_t header) {
  store_be16(&tcp[kSourcePort], segment.source.port);
  store_be16(&tcp[kDestinationPort], segment.destination.port);
  store_be32(&tcp[kTcpSequence], segment.sequence);
  store_be32(&tcp[kTcpAcknowledgement], segment.acknowledgement);
  tcp[kTcpDataOffset] = static_cast<uint8_t>(header / 4 << 4);
  tcp[kTcpFlags] = segment.flags;
  store_be16(&tcp[kTcpWindow], segment.window);
  if (segment.timestamps) {
    tcp[20] = kTcpOptionNop;
    tcp[21] = kTcpOptionNop;
    tcp[22] = kTcpOptionTimestamps;
    tcp[23] = kTcpTimestampsSize;
    store_be32(&tcp[24], segment.timestamps->value);
    store_be32(&tcp[28], segment.timestamps->echo);
  }
}

// A copied segment while it is edited; done() puts lengths and checksums right.
class Edit {
 public:
  Edit(const TcpPacket& packet, size_t from, size_t to)
      : ip_(packet.ip_offset), tcp_(packet.tcp_offset) {
    assert(from <= to && to <= packet.payload.size());
    const size_t header = packet.frame.size() - packet.payload.size();
    frame_.reserve(header + to - from);
    frame_.assign(packet.frame.begin(), packet.frame.begin() + static_cast<ptrdiff_t>(header));
    const Bytes piece = packet.payload.subspan(from, to - from);
    frame_.insert(frame_.end(), piece.begin(), piece.end());
    store_be32(&frame_[tcp_ + kTcpSequence], packet.sequence + static_cast<uint32_t>(from));
    if (to < packet.payload.size()) {
      frame_[tcp_ + kTcpFlags] &= static_cast<uint8_t>(~(kFin | kPsh));
    }
  }

  uint8_t* tcp() { return &frame_[tcp_]; }
  MutableBytes options() {
    const size_t header = tcp_header_size(frame_[tcp_ + kTcpDataOffset]);
    return MutableBytes(frame_).subspan(tcp_ + kTcpHeader, header - kTcpHeader);
  }
  std::vector<uint8_t> done() {
    const MutableBytes ip = MutableBytes(frame_).subspan(ip_);
    if (ip_version(ip[0]) == 4) {
      store_be16(&ip[kIpv4TotalLength], static_cast<uint16_t>(ip.size()));
    } else {
      store_be16(&ip[kIpv6PayloadLength], static_cast<uint16_t>(ip.size() - kIpv6Header));
    }
    write_checksums(ip, tcp_ - ip_);
    return std::move(frame_);
  }

 private:
  size_t ip_;
  size_t tcp_;
  std::vector<uint8_t> frame_;
};

}  // namespace

std::vector<uint8_t> build_frame(const LinkTemplate& link, const Segment& segment) {
  const size_t ip_header = segment.source.address.is_v6() ? kIpv6Header : kIpv4Header;
  const size_t tcp_header = kTcpHeader + (segment.timestamps ? kTimestampOption : 0);
  std::vector<uint8_t> frame(link.view().size() + ip_header + tcp_header + segment.payload.size());
  const MutableBytes ip = MutableBytes(frame).subspan(link.view().size());
  assert(ip.size() <= 65535);
  std::copy(link.view().begin(), link.view().end(), frame.begin());
  write_ip_header(ip, segment);
  write_tcp_header(ip.subspan(ip_header), segment, tcp_header);
  std::copy(segment.payload.begin(), segment.payload.end(),
            ip.begin() + static_cast<ptrdiff_t>(ip_header + tcp_header));
  write_checksums(ip, ip_header);
  return frame;
}

std::vector<uint8_t> cut_frame(const TcpPacket& packet, size_t from, size_t to, bool keep_fin) {
  Edit edit(packet, from, to);
  if (!keep_fin) {
    edit.tcp()[kTcpFlags] &= static_cast<uint8_t>(~kFin);
  }
  return edit.done();
}

std::vector<uint8_t> ack_only(const TcpPacket& packet, uint32_t sequence) {
  Edit edit(packet, 0, 0);
  store_be32(edit.tcp() + kTcpSequence, sequence);
  edit.tcp()[kTcpFlags] = kAck;
  store_be16(edit.tcp() + kTcpUrgentPointer, 0);
  return edit.done();
}

std::optional<std::vector<uint8_t>> clean_syn(const TcpPacket& packet) {
  const bool dirty = packet.options.multipath || packet.options.fast_open;
  if (!packet.has(kSyn) || (!dirty && packet.payload.empty())) {
    return std::nullopt;
  }
  Edit edit(packet, 0, 0);
  for_each_option(edit.options(), [](MutableBytes option) {
    const uint8_t kind = option[0];
    if (kind == kTcpOptionMultipath || kind == kTcpOptionFastOpen || kind == kTcpOptionTest1 ||
        kind == kTcpOptionTest2) {
      std::fill(option.begin(), option.end(), kTcpOptionNop);
    }
  });
  return edit.done();
}

std::vector<uint8_t> refresh_frame(const TcpPacket& packet, const Refresh& refresh) {
  Edit edit(packet, refresh.payload_from, refresh.payload_to);
  store_be32(edit.tcp() + kTcpAcknowledgement, refresh.acknowledgement);
  store_be16(edit.tcp() + kTcpWindow, refresh.window);
  for_each_option(edit.options(), [&](MutableBytes option) {
    if (option[0] == kTcpOptionSack) {
      std::fill(option.begin(), option.end(), kTcpOptionNop);
    } else if (option[0] == kTcpOptionTimestamps && option.size() == kTcpTimestampsSize) {
      store_be32(&option[6], refresh.timestamp_echo);
    }
  });
  return edit.done();
}

}  // namespace vitrine::wire
