// Stages: link header, IP header, TCP header, TCP options. Each refuses what it does not
// understand.
#include "host/wire/tcp_packet.h"

#include "host/wire/checksum.h"
#include "host/wire/link.h"

namespace vitrine::wire {
namespace {

constexpr uint16_t kEtherIpv4 = 0x0800;
constexpr uint16_t kEtherIpv6 = 0x86dd;
constexpr uint8_t kTcp = 6;
constexpr size_t kIpv4Header = 20;
constexpr size_t kIpv6Header = 40;
constexpr size_t kTcpHeader = 20;

constexpr bool is_vlan(uint16_t ethertype) {
  return ethertype == 0x8100 || ethertype == 0x88a8 || ethertype == 0x9100;
}

Status malformed(const char* what) { return {Code::kMalformed, what}; }
Status unsupported(const char* what) { return {Code::kUnsupported, what}; }

// Sets ip_offset and the VLAN ids.
Status parse_link(TcpPacket& packet) {
  const Bytes frame = packet.frame;
  if (frame.size() < kEthernetSize) {
    return malformed("frame shorter than an Ethernet header");
  }
  size_t offset = 12;
  uint16_t ethertype = load_be16(&frame[offset]);
  for (uint16_t* id : {&packet.key.vlan.outer, &packet.key.vlan.inner}) {
    if (!is_vlan(ethertype)) {
      break;
    }
    if (frame.size() < offset + kVlanTagSize + 2) {
      return malformed("frame ends in a VLAN tag");
    }
    *id = load_be16(&frame[offset + 2]) & 0x0fff;
    offset += kVlanTagSize;
    ethertype = load_be16(&frame[offset]);
  }
  if (ethertype != kEtherIpv4 && ethertype != kEtherIpv6) {
    return unsupported("not an IP packet");
  }
  packet.ip_offset = offset + 2;
  if (frame.size() <= packet.ip_offset ||
      frame[packet.ip_offset] >> 4 != (ethertype == kEtherIpv4 ? 4 : 6)) {
    return malformed("IP version and ethertype differ");
  }
  return Status::ok();
}

Status parse_ipv4(TcpPacket& packet) {
  const Bytes ip = packet.ip();
  if (ip.size() < kIpv4Header) {
    return malformed("IPv4 header is cut");
  }
  const size_t header = (ip[0] & 0x0fU) * size_t{4};
  const size_t total = load_be16(&ip[2]);
  if (header < kIpv4Header || total < header || total > ip.size()) {
    return malformed("IPv4 lengths are inconsistent");
  }
  if ((load_be16(&ip[6]) & 0x3fff) != 0) {
    return unsupported("IPv4 fragment");
  }
  if (ip[9] != kTcp) {
    return unsupported("not TCP");
  }
  packet.key.source = IpAddress::from_bytes(ip.subspan(12, 4));
  packet.key.destination = IpAddress::from_bytes(ip.subspan(16, 4));
  packet.frame = packet.frame.first(packet.ip_offset + total);
  packet.tcp_offset = packet.ip_offset + header;
  return Status::ok();
}

Status parse_ipv6(TcpPacket& packet) {
  const Bytes ip = packet.ip();
  if (ip.size() < kIpv6Header) {
    return malformed("IPv6 header is cut");
  }
  const size_t payload = load_be16(&ip[4]);
  if (payload > ip.size() - kIpv6Header) {
    return malformed("IPv6 payload length exceeds the frame");
  }
  if (ip[6] != kTcp) {
    return unsupported("not TCP right after the IPv6 header");
  }
  packet.key.source = IpAddress::from_bytes(ip.subspan(8, 16));
  packet.key.destination = IpAddress::from_bytes(ip.subspan(24, 16));
  packet.frame = packet.frame.first(packet.ip_offset + kIpv6Header + payload);
  packet.tcp_offset = packet.ip_offset + kIpv6Header;
  return Status::ok();
}

void note_option(uint8_t kind, Bytes body, TcpOptions& options) {
  if (kind == 2 && body.size() == 2) {
    options.mss = load_be16(body.data());
  } else if (kind == 3 && body.size() == 1) {
    options.window_scale = std::min<uint8_t>(body[0], 14);  // RFC 7323 section 2.3
  } else if (kind == 4 && body.empty()) {
    options.sack_permitted = true;
  } else if (kind == 5) {
    for (size_t at = 0; at + 8 <= body.size() && options.sack_blocks < options.sack.size();
         at += 8) {
      options.sack[options.sack_blocks++] = {load_be32(&body[at]), load_be32(&body[at + 4])};
    }
  } else if (kind == 8 && body.size() == 8) {
    options.timestamps = TcpTimestamps{load_be32(body.data()), load_be32(&body[4])};
  } else if (kind == 19 || kind == 29) {
    options.authenticated = true;
  } else if (kind == 30) {
    options.multipath = true;
  } else if (kind == 34 || kind == 253 || kind == 254) {
    options.fast_open = true;
  }
}

// A malformed option ends the list, as in most kernels.
void parse_options(Bytes list, TcpOptions& options) {
  size_t at = 0;
  while (at < list.size() && list[at] != 0) {
    if (list[at] == 1) {
      ++at;
      continue;
    }
    if (at + 1 >= list.size() || list[at + 1] < 2 || at + list[at + 1] > list.size()) {
      return;
    }
    note_option(list[at], list.subspan(at + 2, list[at + 1] - size_t{2}), options);
    at += list[at + 1];
  }
}

Status parse_tcp(TcpPacket& packet) {
  const Bytes tcp = packet.tcp();
  if (tcp.size() < kTcpHeader) {
    return malformed("TCP header is cut");
  }
  const size_t header = (tcp[12] >> 4) * size_t{4};
  if (header < kTcpHeader || header > tcp.size()) {
    return malformed("TCP data offset is inconsistent");
  }
  packet.key.protocol = kTcp;
  packet.key.source_port = load_be16(tcp.data());
  packet.key.destination_port = load_be16(&tcp[2]);
  packet.sequence = load_be32(&tcp[4]);
  packet.acknowledgement = load_be32(&tcp[8]);
  packet.flags = tcp[13] & 0x3f;
  packet.window = load_be16(&tcp[14]);
  packet.payload = tcp.subspan(header);
  parse_options(tcp.subspan(kTcpHeader, header - kTcpHeader), packet.options);
  return Status::ok();
}

Status parse_network(TcpPacket& packet) {
  const Bytes ip = packet.ip();
  if (ip.empty()) {
    return malformed("empty packet");
  }
  Status status = ip[0] >> 4 == 4   ? parse_ipv4(packet)
                  : ip[0] >> 4 == 6 ? parse_ipv6(packet)
                                    : malformed("neither IPv4 nor IPv6");
  return status ? parse_tcp(packet) : status;
}

}  // namespace

Result<TcpPacket> parse_frame(Bytes frame, card::Port ingress) {
  TcpPacket packet;
  packet.frame = frame;
  packet.key.ingress = ingress;
  Status status = parse_link(packet);
  if (status) {
    status = parse_network(packet);
  }
  if (!status) {
    return status;
  }
  return packet;
}

Result<TcpPacket> parse_ip(Bytes ip_packet, card::Port ingress) {
  TcpPacket packet;
  packet.frame = ip_packet;
  packet.key.ingress = ingress;
  if (Status status = parse_network(packet); !status) {
    return status;
  }
  return packet;
}

bool checksums_are_right(const TcpPacket& packet) {
  const Bytes ip = packet.ip();
  if (!packet.is_v6() && ones_sum(ip.first(packet.tcp_offset - packet.ip_offset)) != 0xffff) {
    return false;
  }
  return ones_sum(packet.tcp(), pseudo_header_sum(ip, packet.tcp().size())) == 0xffff;
}

}  // namespace vitrine::wire
