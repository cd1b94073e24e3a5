#include "host/wire/tcp_build.h"

#include <algorithm>
#include <cassert>

#include "host/wire/checksum.h"

namespace vitrine::wire {
namespace {

constexpr size_t kIpv4Header = 20;
constexpr size_t kIpv6Header = 40;
constexpr size_t kTcpHeader = 20;
constexpr size_t kTimestampOption = 12;  // two NOPs before it (RFC 7323 appendix A)
constexpr uint8_t kNop = 1;

void write_ip_header(MutableBytes ip, const Segment& segment) {
  if (segment.source.address.is_v6()) {
    ip[0] = 0x60;
    store_be16(&ip[4], static_cast<uint16_t>(ip.size() - kIpv6Header));
    ip[6] = 6;
    ip[7] = 64;
    std::copy_n(segment.source.address.bytes.begin(), 16, &ip[8]);
    std::copy_n(segment.destination.address.bytes.begin(), 16, &ip[24]);
    return;
  }
  ip[0] = 0x45;
  store_be16(&ip[2], static_cast<uint16_t>(ip.size()));
  ip[6] = 0x40;  // do not fragment
  ip[8] = 64;
  ip[9] = 6;
  std::copy_n(segment.source.address.bytes.begin(), 4, &ip[12]);
  std::copy_n(segment.destination.address.bytes.begin(), 4, &ip[16]);
}

void write_tcp_header(MutableBytes tcp, const Segment& segment, size_t header) {
  store_be16(tcp.data(), segment.source.port);
  store_be16(&tcp[2], segment.destination.port);
  store_be32(&tcp[4], segment.sequence);
  store_be32(&tcp[8], segment.acknowledgement);
  tcp[12] = static_cast<uint8_t>(header / 4 << 4);
  tcp[13] = segment.flags;
  store_be16(&tcp[14], segment.window);
  if (segment.timestamps) {
    tcp[20] = kNop;
    tcp[21] = kNop;
    tcp[22] = 8;
    tcp[23] = 10;
    store_be32(&tcp[24], segment.timestamps->value);
    store_be32(&tcp[28], segment.timestamps->echo);
  }
}

std::vector<uint8_t> build(Bytes link, const Segment& segment) {
  const size_t ip_header = segment.source.address.is_v6() ? kIpv6Header : kIpv4Header;
  const size_t tcp_header = kTcpHeader + (segment.timestamps ? kTimestampOption : 0);
  std::vector<uint8_t> frame(link.size() + ip_header + tcp_header + segment.payload.size());
  assert(frame.size() - link.size() <= 65535);
  std::copy(link.begin(), link.end(), frame.begin());
  const MutableBytes ip = MutableBytes(frame).subspan(link.size());
  write_ip_header(ip, segment);
  write_tcp_header(ip.subspan(ip_header), segment, tcp_header);
  std::copy(segment.payload.begin(), segment.payload.end(),
            ip.begin() + static_cast<ptrdiff_t>(ip_header + tcp_header));
  write_checksums(ip, ip_header);
  return frame;
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
    store_be32(&frame_[tcp_ + 4], packet.sequence + static_cast<uint32_t>(from));
    if (to < packet.payload.size()) {
      frame_[tcp_ + 13] &= static_cast<uint8_t>(~(kFin | kPsh));
    }
  }

  uint8_t* tcp() { return &frame_[tcp_]; }
  MutableBytes options() {
    const size_t header = (frame_[tcp_ + 12] >> 4) * size_t{4};
    return MutableBytes(frame_).subspan(tcp_ + kTcpHeader, header - kTcpHeader);
  }
  std::vector<uint8_t> done() {
    const MutableBytes ip = MutableBytes(frame_).subspan(ip_);
    if (ip[0] >> 4 == 4) {
      store_be16(&ip[2], static_cast<uint16_t>(ip.size()));
    } else {
      store_be16(&ip[4], static_cast<uint16_t>(ip.size() - kIpv6Header));
    }
    write_checksums(ip, tcp_ - ip_);
    return std::move(frame_);
  }

 private:
  size_t ip_;
  size_t tcp_;
  std::vector<uint8_t> frame_;
};

// Calls fn(option bytes) for each well-formed option but NOP.
template <typename Function>
void for_each_option(MutableBytes list, Function fn) {
  size_t at = 0;
  while (at < list.size() && list[at] != 0) {
    if (list[at] == kNop) {
      ++at;
      continue;
    }
    if (at + 1 >= list.size() || list[at + 1] < 2 || at + list[at + 1] > list.size()) {
      return;
    }
    const size_t size = list[at + 1];
    fn(list.subspan(at, size));
    at += size;
  }
}

}  // namespace

std::vector<uint8_t> build_frame(const LinkTemplate& link, const Segment& segment) {
  return build(link.view(), segment);
}

std::vector<uint8_t> build_ip(const Segment& segment) { return build({}, segment); }

std::vector<uint8_t> cut_frame(const TcpPacket& packet, size_t from, size_t to, bool keep_fin) {
  Edit edit(packet, from, to);
  if (!keep_fin) {
    edit.tcp()[13] &= static_cast<uint8_t>(~kFin);
  }
  return edit.done();
}

std::vector<uint8_t> ack_only(const TcpPacket& packet, uint32_t sequence) {
  Edit edit(packet, 0, 0);
  store_be32(edit.tcp() + 4, sequence);
  edit.tcp()[13] = kAck;
  store_be16(edit.tcp() + 18, 0);  // urgent pointer
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
    if (kind == 30 || kind == 34 || kind == 253 || kind == 254) {
      std::fill(option.begin(), option.end(), kNop);
    }
  });
  return edit.done();
}

std::vector<uint8_t> refresh_frame(const TcpPacket& packet, const Refresh& refresh) {
  Edit edit(packet, refresh.payload_from, refresh.payload_to);
  store_be32(edit.tcp() + 8, refresh.acknowledgement);
  store_be16(edit.tcp() + 14, refresh.window);
  for_each_option(edit.options(), [&](MutableBytes option) {
    if (option[0] == 5) {
      std::fill(option.begin(), option.end(), kNop);
    } else if (option[0] == 8 && option.size() == 10) {
      store_be32(&option[6], refresh.timestamp_echo);
    }
  });
  return edit.done();
}

}  // namespace vitrine::wire
