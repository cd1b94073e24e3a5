#include "host/card/soft/frame_parser.h"

#include "host/base/ip_header.h"
#include "host/base/link_header.h"
#include "host/base/tcp_header.h"

namespace vitrine::card::soft {
namespace {

bool parse_tcp_options(Bytes frame, size_t at, size_t end, TcpOptionsAt& options) {
  while (at < end) {
    const uint8_t kind = frame[at];
    if (kind == kTcpOptionEnd) {
      return true;
    }
    if (kind == kTcpOptionNop) {
      ++at;
      continue;
    }
    if (end - at < 2 || frame[at + 1] < 2 || frame[at + 1] > end - at) {
      return false;
    }
    const uint8_t length = frame[at + 1];
    if (kind == kTcpOptionTimestamps && length == kTcpTimestampsSize) {
      options.timestamp = static_cast<uint16_t>(at + 2);
    } else if (kind == kTcpOptionSack && length > 2 && (length - 2) % kTcpSackBlockSize == 0) {
      options.sack = static_cast<uint16_t>(at + 2);
      options.sack_blocks = static_cast<uint8_t>((length - 2) / kTcpSackBlockSize);
    }
    at += length;
  }
  return true;
}

FrameKind parse_tcp(Bytes frame, size_t ip_end, ParsedFrame& parsed) {
  const size_t l4 = parsed.l4;
  if (ip_end - l4 < kTcpHeader) {
    return FrameKind::kMalformed;
  }
  const size_t header = tcp_header_size(frame[l4 + kTcpDataOffset]);
  if (header < kTcpHeader || header > ip_end - l4) {
    return FrameKind::kMalformed;
  }
  parsed.key.source_port = load_be16(&frame[l4 + kSourcePort]);
  parsed.key.destination_port = load_be16(&frame[l4 + kDestinationPort]);
  parsed.sequence = load_be32(&frame[l4 + kTcpSequence]);
  parsed.acknowledgement = load_be32(&frame[l4 + kTcpAcknowledgement]);
  parsed.tcp_flags = frame[l4 + kTcpFlags] & kTcpFlagMask;
  parsed.window = load_be16(&frame[l4 + kTcpWindow]);
  parsed.payload = static_cast<uint32_t>(l4 + header);
  parsed.payload_length = static_cast<uint32_t>(ip_end - l4 - header);
  return parse_tcp_options(frame, l4 + kTcpHeader, l4 + header, parsed.options)
             ? FrameKind::kTcp
             : FrameKind::kMalformed;
}

FrameKind parse_transport(Bytes frame, size_t ip_end, ParsedFrame& parsed) {
  parsed.payload = parsed.l4;
  parsed.payload_length = static_cast<uint32_t>(ip_end - parsed.l4);
  if (parsed.key.protocol == kProtocolTcp) {
    return parse_tcp(frame, ip_end, parsed);
  }
  if (parsed.key.protocol == kProtocolUdp) {
    const size_t l4 = parsed.l4;
    if (ip_end - l4 < kUdpHeader) {
      return FrameKind::kMalformed;
    }
    const size_t length = load_be16(&frame[l4 + kUdpLength]);
    if (length < kUdpHeader || length > ip_end - l4) {
      return FrameKind::kMalformed;
    }
    parsed.key.source_port = load_be16(&frame[l4 + kSourcePort]);
    parsed.key.destination_port = load_be16(&frame[l4 + kDestinationPort]);
    parsed.payload += static_cast<uint32_t>(kUdpHeader);
    parsed.payload_length = static_cast<uint32_t>(length - kUdpHeader);
  }
  return FrameKind::kOtherIp;
}

FrameKind parse_ipv4(Bytes frame, size_t l3, ParsedFrame& parsed) {
  if (frame.size() - l3 < kIpv4Header) {
    return FrameKind::kMalformed;
  }
  const size_t header = ipv4_header_size(frame[l3]);
  const size_t total = load_be16(&frame[l3 + kIpv4TotalLength]);
  if (ip_version(frame[l3]) != 4 || header < kIpv4Header || total < header ||
      total > frame.size() - l3) {
    return FrameKind::kMalformed;
  }
  parsed.key.source = IpAddress::from_bytes(frame.subspan(l3 + kIpv4Source, kIpv4AddressSize));
  parsed.key.destination =
      IpAddress::from_bytes(frame.subspan(l3 + kIpv4Destination, kIpv4AddressSize));
  parsed.key.protocol = frame[l3 + kIpv4Protocol];
  parsed.l4 = static_cast<uint16_t>(l3 + header);
  if ((load_be16(&frame[l3 + kIpv4Fragment]) & kIpv4IsFragment) != 0) {
    return FrameKind::kFragment;
  }
  return parse_transport(frame, l3 + total, parsed);
}

FrameKind parse_ipv6(Bytes frame, size_t l3, ParsedFrame& parsed) {
  if (frame.size() - l3 < kIpv6Header || ip_version(frame[l3]) != 6) {
    return FrameKind::kMalformed;
  }
  const size_t total = kIpv6Header + load_be16(&frame[l3 + kIpv6PayloadLength]);
  if (total > frame.size() - l3) {
    return FrameKind::kMalformed;
  }
  parsed.key.source = IpAddress::from_bytes(frame.subspan(l3 + kIpv6Source, kIpv6AddressSize));
  parsed.key.destination =
      IpAddress::from_bytes(frame.subspan(l3 + kIpv6Destination, kIpv6AddressSize));
  parsed.key.protocol = frame[l3 + kIpv6NextHeader];
  parsed.l4 = static_cast<uint16_t>(l3 + kIpv6Header);
  if (parsed.key.protocol == kExtensionFragment) {
    if (total < kIpv6Header + kIpv6FragmentHeader) {
      return FrameKind::kMalformed;
    }
    parsed.key.protocol = frame[l3 + kIpv6Header];
    if (is_extension_header(parsed.key.protocol)) {
      parsed.key.protocol = 0;  // what lies behind is for the host to find out
      return FrameKind::kExtensionHeader;
    }
    return FrameKind::kFragment;
  }
  if (is_extension_header(parsed.key.protocol)) {
    parsed.key.protocol = 0;
    return FrameKind::kExtensionHeader;
  }
  return parse_transport(frame, l3 + total, parsed);
}

}  // namespace

FrameKind parse_frame(Bytes frame, Port ingress, ParsedFrame& parsed) {
  parsed = ParsedFrame{};
  parsed.key.ingress = ingress;
  parsed.key.protocol = 0;
  parsed.key.source.version = 0;
  parsed.key.destination.version = 0;
  if (frame.size() < kEthernetSize) {
    return FrameKind::kMalformed;
  }
  size_t at = kMacAddressesSize;
  uint16_t ethertype = load_be16(&frame[at]);
  for (uint16_t* tag : {&parsed.key.vlan.outer, &parsed.key.vlan.inner}) {
    if (!is_vlan(ethertype)) {
      break;
    }
    if (frame.size() < at + kVlanTagSize + 2) {
      return FrameKind::kMalformed;
    }
    *tag = load_be16(&frame[at + 2]) & kVlanIdMask;
    at += kVlanTagSize;
    ethertype = load_be16(&frame[at]);
  }
  const size_t l3 = at + 2;
  parsed.l3 = static_cast<uint16_t>(l3);
  switch (ethertype) {
    case kEtherIpv4:
      return parse_ipv4(frame, l3, parsed);
    case kEtherIpv6:
      return parse_ipv6(frame, l3, parsed);
    default:
      return FrameKind::kNotIp;
  }
}

}  // namespace vitrine::card::soft
