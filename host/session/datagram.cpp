#include "host/session/datagram.h"

#include <algorithm>

#include "host/base/ip_header.h"
#include "host/base/link_header.h"
#include "host/base/tcp_header.h"

namespace vitrine::session {
namespace {

constexpr int kMaxExtensionHeaders = 8;
constexpr uint16_t kFragmentOffsetV4 = 0x1fff;
constexpr uint16_t kFragmentOffsetV6 = 0xfff8;

// What a packet carries. The reader stands at the transport header where that is here.
struct Transport {
  uint8_t protocol = 0;
  bool begins_here = true;  // false in a later fragment
};

template <size_t N>
IpAddress address_at(Bytes header, size_t offset, uint8_t version) {
  IpAddress address;
  address.version = version;
  const Bytes bytes = header.subspan(offset, N);
  std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
  return address;
}

std::optional<Transport> ipv4_transport(ByteReader& reader, card::FlowKey& key) {
  const Bytes header = reader.take(kIpv4Header);
  if (header.empty()) {
    return std::nullopt;
  }
  const size_t size = ipv4_header_size(header[0]);
  if (size < kIpv4Header) {
    return std::nullopt;
  }
  reader.skip(size - kIpv4Header);
  key.source = address_at<kIpv4AddressSize>(header, kIpv4Source, 4);
  key.destination = address_at<kIpv4AddressSize>(header, kIpv4Destination, 4);
  return Transport{header[kIpv4Protocol],
                   (load_be16(&header[kIpv4Fragment]) & kFragmentOffsetV4) == 0};
}

std::optional<Transport> ipv6_transport(ByteReader& reader, card::FlowKey& key) {
  const Bytes header = reader.take(kIpv6Header);
  if (header.empty()) {
    return std::nullopt;
  }
  key.source = address_at<kIpv6AddressSize>(header, kIpv6Source, 6);
  key.destination = address_at<kIpv6AddressSize>(header, kIpv6Destination, 6);
  uint8_t next = header[kIpv6NextHeader];
  for (int i = 0; i < kMaxExtensionHeaders && reader.ok(); ++i) {
    switch (next) {
      case kExtensionHopByHop:
      case kExtensionRouting:
      case kExtensionDestination: {
        next = reader.u8();
        const size_t rest = size_t{reader.u8()} * 8 + 6;
        reader.skip(rest);
        break;
      }
      case kExtensionFragment: {
        next = reader.u8();
        reader.skip(1);
        const bool first = (reader.u16() & kFragmentOffsetV6) == 0;
        reader.skip(4);
        // A header chain in the fragments: another fragment could write over the transport header
        // behind it.
        return is_extension_header(next) ? std::nullopt : std::optional(Transport{next, first});
      }
      default:
        return is_extension_header(next) ? std::nullopt : std::optional(Transport{next});
    }
  }
  return std::nullopt;
}

uint16_t read_vlan(ByteReader& reader, uint16_t& tag) {
  tag = reader.u16() & kVlanIdMask;
  return reader.u16();
}

}  // namespace

std::optional<Datagram> parse_datagram(Bytes frame, card::Port ingress) {
  ByteReader reader(frame);
  reader.skip(kMacAddressesSize);
  Datagram out;
  out.key.ingress = ingress;
  uint16_t type = reader.u16();
  if (is_vlan(type)) {
    type = read_vlan(reader, out.key.vlan.outer);
  }
  if (is_vlan(type)) {
    type = read_vlan(reader, out.key.vlan.inner);
  }
  std::optional<Transport> transport;
  if (type == kEtherIpv4) {
    transport = ipv4_transport(reader, out.key);
  } else if (type == kEtherIpv6) {
    transport = ipv6_transport(reader, out.key);
  }
  if (!reader.ok() || !transport.has_value()) {
    return std::nullopt;
  }
  out.key.protocol = transport->protocol;
  if (transport->protocol != kProtocolTcp && transport->protocol != kProtocolUdp) {
    return out;
  }
  out.has_ports = transport->begins_here;
  if (out.has_ports) {
    out.key.source_port = reader.u16();
    out.key.destination_port = reader.u16();
    reader.skip(transport->protocol == kProtocolUdp ? kUdpHeader - 4 : 0);
  }
  return reader.ok() ? std::optional(out) : std::nullopt;
}

}  // namespace vitrine::session
