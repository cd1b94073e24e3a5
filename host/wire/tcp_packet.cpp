// Stages: link header, IP header, TCP header, TCP options. Each refuses what it does not
// understand.
#include "host/wire/tcp_packet.h"

#include "host/base/checksum.h"
#include "host/base/ip_header.h"
#include "host/base/link_header.h"
#include "host/base/tcp_header.h"
#include "host/wire/tcp_option_list.h"

namespace vitrine::wire {
namespace {

Status malformed(const char* what) { return {Code::kMalformed, what}; }
Status unsupported(const char* what) { return {Code::kUnsupported, what}; }

// Sets ip_offset and the VLAN ids.
Status parse_link(TcpPacket& packet) {
  const Bytes frame = packet.frame;
  if (frame.size() < kEthernetSize) {
    return malformed("frame shorter than an Ethernet header");
  }
  size_t offset = kMacAddressesSize;
  uint16_t ethertype = load_be16(&frame[offset]);
  for (uint16_t* id : {&packet.key.vlan.outer, &packet.key.vlan.inner}) {
    if (!is_vlan(ethertype)) {
      break;
    }
    if (frame.size() < offset + kVlanTagSize + 2) {
      return malformed("frame ends in a VLAN tag");
    }
    *id = load_be16(&frame[offset + 2]) & kVlanIdMask;
    offset += kVlanTagSize;
    ethertype = load_be16(&frame[offset]);
  }
  if (ethertype != kEtherIpv4 && ethertype != kEtherIpv6) {
    return unsupported("not an IP packet");
  }
  packet.ip_offset = offset + 2;
  if (frame.size() <= packet.ip_offset ||
      ip_version(frame[packet.ip_offset]) != (ethertype == kEtherIpv4 ? 4 : 6)) {
    return malformed("IP version and ethertype differ");
  }
  return Status::ok();
}

Status parse_ipv4(TcpPacket& packet) {
  const Bytes ip = packet.ip();
  if (ip.size() < kIpv4Header) {
    return malformed("IPv4 header is cut");
  }
  const size_t header = ipv4_header_size(ip[0]);
  const size_t total = load_be16(&ip[kIpv4TotalLength]);
  if (header < kIpv4Header || total < header || total > ip.size()) {
    return malformed("IPv4 lengths are inconsistent");
  }
  if ((load_be16(&ip[kIpv4Fragment]) & kIpv4IsFragment) != 0) {
    return unsupported("IPv4 fragment");
  }
  if (ip[kIpv4Protocol] != kProtocolTcp) {
    return unsupported("not TCP");
  }
  packet.key.source = IpAddress::from_bytes(ip.subspan(kIpv4Source, kIpv4AddressSize));
  packet.key.destination = IpAddress::from_bytes(ip.subspan(kIpv4Destination, kIpv4AddressSize));
  packet.frame = packet.frame.first(packet.ip_offset + total);
  packet.tcp_offset = packet.ip_offset + header;
  return Status::ok();
}

Status parse_ipv6(TcpPacket& packet) {
  const Bytes ip = packet.ip();
  if (ip.size() < kIpv6Header) {
    return malformed("IPv6 header is cut");
  }
  const size_t payload = load_be16(&ip[kIpv6PayloadLength]);
  if (payload > ip.size() - kIpv6Header) {
    return malformed("IPv6 payload length exceeds the frame");
  }
  if (ip[kIpv6NextHeader] != kProtocolTcp) {
    return unsupported("not TCP right after the IPv6 header");
  }
  packet.key.source = IpAddress::from_bytes(ip.subspan(kIpv6Source, kIpv6AddressSize));
  packet.key.destination = IpAddress::from_bytes(ip.subspan(kIpv6Destination, kIpv6AddressSize));
  packet.frame = packet.frame.first(packet.ip_offset + kIpv6Header + payload);
  packet.tcp_offset = packet.ip_offset + kIpv6Header;
  return Status::ok();
}

void note_option(uint8_t kind, Bytes body, TcpOptions& options) {
  if (kind == kTcpOptionMss && body.size() == 2) {
    options.mss = load_be16(body.data());
  } else if (kind == kTcpOptionWindowScale && body.size() == 1) {
    options.window_scale = std::min<uint8_t>(body[0], 14);  // RFC 7323 section 2.3
  } else if (kind == kTcpOptionSackPermitted && body.empty()) {
    options.sack_permitted = true;
  } else if (kind == kTcpOptionSack) {
    for (size_t at = 0;
         at + kTcpSackBlockSize <= body.size() && options.sack_blocks < options.sack.size();
         at += kTcpSackBlockSize) {
      options.sack[options.sack_blocks++] = {load_be32(&body[at]), load_be32(&body[at + 4])};
    }
  } else if (kind == kTcpOptionTimestamps && body.size() == 8) {
    options.timestamps = TcpTimestamps{load_be32(body.data()), load_be32(&body[4])};
  } else if (kind == kTcpOptionMd5 || kind == kTcpOptionAuthentication) {
    options.authenticated = true;
  } else if (kind == kTcpOptionMultipath) {
    options.multipath = true;
  } else if (kind == kTcpOptionFastOpen || kind == kTcpOptionTest1 || kind == kTcpOptionTest2) {
    options.fast_open = true;
  }
}

Status parse_tcp(TcpPacket& packet) {
  const Bytes tcp = packet.tcp();
  if (tcp.size() < kTcpHeader) {
    return malformed("TCP header is cut");
  }
  const size_t header = tcp_header_size(tcp[kTcpDataOffset]);
  if (header < kTcpHeader || header > tcp.size()) {
    return malformed("TCP data offset is inconsistent");
  }
  packet.key.protocol = kProtocolTcp;
  packet.key.source_port = load_be16(&tcp[kSourcePort]);
  packet.key.destination_port = load_be16(&tcp[kDestinationPort]);
  packet.sequence = load_be32(&tcp[kTcpSequence]);
  packet.acknowledgement = load_be32(&tcp[kTcpAcknowledgement]);
  packet.flags = tcp[kTcpFlags] & kTcpFlagMask;
  packet.window = load_be16(&tcp[kTcpWindow]);
  packet.payload = tcp.subspan(header);
  for_each_option(tcp.subspan(kTcpHeader, header - kTcpHeader), [&packet](Bytes option) {
    note_option(option[0], option.subspan(2), packet.options);
  });
  return Status::ok();
}

Status parse_network(TcpPacket& packet) {
  const Bytes ip = packet.ip();
  if (ip.empty()) {
    return malformed("empty packet");
  }
  const uint8_t version = ip_version(ip[0]);
  Status status = version == 4   ? parse_ipv4(packet)
                  : version == 6 ? parse_ipv6(packet)
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
  return ones_sum(packet.tcp(), pseudo_header_sum(ip, kProtocolTcp, packet.tcp().size())) == 0xffff;
}

}  // namespace vitrine::wire
