#include "host/card/soft/frame_parser.h"

#include <algorithm>

namespace vitrine::card::soft {
namespace {

constexpr size_t kMacsLength = 12;
constexpr uint16_t kEtherIpv4 = 0x0800;
constexpr uint16_t kEtherIpv6 = 0x86dd;
constexpr uint16_t kEtherVlan = 0x8100;         // IEEE 802.1Q
constexpr uint16_t kEtherServiceVlan = 0x88a8;  // IEEE 802.1ad
constexpr uint8_t kProtocolTcp = 6;
constexpr uint8_t kProtocolUdp = 17;
constexpr size_t kIpv6HeaderLength = 40;

bool is_vlan(uint16_t ethertype) {
  return ethertype == kEtherVlan || ethertype == kEtherServiceVlan;
}

// RFC 8200 section 4 and the IANA list of extension header types; ESP (50) and "no next header"
// (59) end the chain as other protocols do.
bool is_extension_header(uint8_t next_header) {
  switch (next_header) {
    case 0:
    case 43:
    case 51:
    case 60:
    case 135:
    case 139:
    case 140:
    case 253:
    case 254:
      return true;
    default:
      return false;
  }
}

constexpr uint8_t kFragmentHeader = 44;

bool parse_tcp_options(Bytes frame, size_t at, size_t end, TcpOptionsAt& options) {
  while (at < end) {
    const uint8_t kind = frame[at];
    if (kind == 0) {
      return true;
    }
    if (kind == 1) {
      ++at;
      continue;
    }
    if (end - at < 2 || frame[at + 1] < 2 || frame[at + 1] > end - at) {
      return false;
    }
    const uint8_t length = frame[at + 1];
    if (kind == 8 && length == 10) {
      options.timestamp = static_cast<uint16_t>(at + 2);
    } else if (kind == 5 && length > 2 && (length - 2) % 8 == 0) {
      options.sack = static_cast<uint16_t>(at + 2);
      options.sack_blocks = static_cast<uint8_t>((length - 2) / 8);
    }
    at += length;
  }
  return true;
}

FrameKind parse_tcp(Bytes frame, size_t ip_end, ParsedFrame& parsed) {
  const size_t l4 = parsed.l4;
  if (ip_end - l4 < 20) {
    return FrameKind::kMalformed;
  }
  const size_t header = (frame[l4 + 12] >> 4U) * 4U;
  if (header < 20 || header > ip_end - l4) {
    return FrameKind::kMalformed;
  }
  parsed.key.source_port = load_be16(&frame[l4]);
  parsed.key.destination_port = load_be16(&frame[l4 + 2]);
  parsed.sequence = load_be32(&frame[l4 + 4]);
  parsed.acknowledgement = load_be32(&frame[l4 + 8]);
  parsed.tcp_flags = frame[l4 + 13] & 0x3f;
  parsed.window = load_be16(&frame[l4 + 14]);
  parsed.payload = static_cast<uint32_t>(l4 + header);
  parsed.payload_length = static_cast<uint32_t>(ip_end - l4 - header);
  return parse_tcp_options(frame, l4 + 20, l4 + header, parsed.options) ? FrameKind::kTcp
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
    if (ip_end - l4 < 8 || load_be16(&frame[l4 + 4]) < 8 ||
        load_be16(&frame[l4 + 4]) > ip_end - l4) {
      return FrameKind::kMalformed;
    }
    parsed.key.source_port = load_be16(&frame[l4]);
    parsed.key.destination_port = load_be16(&frame[l4 + 2]);
    parsed.payload += 8;
    parsed.payload_length = load_be16(&frame[l4 + 4]) - 8U;
  }
  return FrameKind::kOtherIp;
}

FrameKind parse_ipv4(Bytes frame, size_t l3, ParsedFrame& parsed) {
  if (frame.size() - l3 < 20) {
    return FrameKind::kMalformed;
  }
  const size_t header = (frame[l3] & 0x0fU) * 4U;
  const size_t total = load_be16(&frame[l3 + 2]);
  if (frame[l3] >> 4U != 4 || header < 20 || total < header || total > frame.size() - l3) {
    return FrameKind::kMalformed;
  }
  parsed.key.source = IpAddress::from_bytes(frame.subspan(l3 + 12, 4));
  parsed.key.destination = IpAddress::from_bytes(frame.subspan(l3 + 16, 4));
  parsed.key.protocol = frame[l3 + 9];
  parsed.l4 = static_cast<uint16_t>(l3 + header);
  // More-fragments flag or a fragment offset (RFC 791 section 3.1).
  if ((load_be16(&frame[l3 + 6]) & 0x3fff) != 0) {
    return FrameKind::kFragment;
  }
  return parse_transport(frame, l3 + total, parsed);
}

FrameKind parse_ipv6(Bytes frame, size_t l3, ParsedFrame& parsed) {
  if (frame.size() - l3 < kIpv6HeaderLength || frame[l3] >> 4U != 6) {
    return FrameKind::kMalformed;
  }
  const size_t total = kIpv6HeaderLength + load_be16(&frame[l3 + 4]);
  if (total > frame.size() - l3) {
    return FrameKind::kMalformed;
  }
  parsed.key.source = IpAddress::from_bytes(frame.subspan(l3 + 8, 16));
  parsed.key.destination = IpAddress::from_bytes(frame.subspan(l3 + 24, 16));
  parsed.key.protocol = frame[l3 + 6];
  parsed.l4 = static_cast<uint16_t>(l3 + kIpv6HeaderLength);
  if (parsed.key.protocol == kFragmentHeader) {
    if (total < kIpv6HeaderLength + 8) {
      return FrameKind::kMalformed;
    }
    parsed.key.protocol = frame[l3 + kIpv6HeaderLength];
    if (parsed.key.protocol == kFragmentHeader || is_extension_header(parsed.key.protocol)) {
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
  if (frame.size() < kMacsLength + 2) {
    return FrameKind::kMalformed;
  }
  size_t at = kMacsLength;
  uint16_t ethertype = load_be16(&frame[at]);
  for (uint16_t* tag : {&parsed.key.vlan.outer, &parsed.key.vlan.inner}) {
    if (!is_vlan(ethertype)) {
      break;
    }
    if (frame.size() < at + 6) {
      return FrameKind::kMalformed;
    }
    *tag = load_be16(&frame[at + 2]) & 0x0fff;
    at += 4;
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
