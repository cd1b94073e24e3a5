#include "host/session/fragment_rule.h"

#include <optional>

#include "host/base/ip_header.h"
#include "host/base/link_header.h"
#include "host/base/tcp_header.h"

namespace vitrine::session {
namespace {

constexpr int kMaxExtensionHeaders = 8;
constexpr uint16_t kFragmentOffsetV4 = 0x1fff;
constexpr uint16_t kFragmentOffsetV6 = 0xfff8;
constexpr uint16_t kHttps = 443;

// What a packet carries. The reader stands at the transport header where that is here.
struct Transport {
  uint8_t protocol = 0;
  bool begins_here = true;  // false in a later fragment
};

std::optional<Transport> ipv4_transport(ByteReader& reader) {
  const Bytes header = reader.take(kIpv4Header);
  if (header.empty()) {
    return std::nullopt;
  }
  const size_t size = ipv4_header_size(header[0]);
  if (size < kIpv4Header) {
    return std::nullopt;
  }
  reader.skip(size - kIpv4Header);
  return Transport{header[kIpv4Protocol],
                   (load_be16(&header[kIpv4Fragment]) & kFragmentOffsetV4) == 0};
}

std::optional<Transport> ipv6_transport(ByteReader& reader) {
  const Bytes header = reader.take(kIpv6Header);
  if (header.empty()) {
    return std::nullopt;
  }
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

// REQUIRES: the reader is at the transport header.
bool is_quic(ByteReader& reader) {
  reader.skip(kDestinationPort);
  const uint16_t destination = reader.u16();
  reader.skip(4);
  return destination == kHttps;
}

}  // namespace

bool may_pass_unclassified(Bytes frame, bool block_quic) {
  ByteReader reader(frame);
  reader.skip(kMacAddressesSize);
  uint16_t type = reader.u16();
  for (size_t tag = 0; tag < kMaxVlanTags && is_vlan(type); ++tag) {
    reader.skip(2);
    type = reader.u16();
  }
  std::optional<Transport> transport;
  if (type == kEtherIpv4) {
    transport = ipv4_transport(reader);
  } else if (type == kEtherIpv6) {
    transport = ipv6_transport(reader);
  }
  if (!reader.ok() || !transport.has_value() || transport->protocol == kProtocolTcp) {
    return false;
  }
  if (!block_quic || transport->protocol != kProtocolUdp || !transport->begins_here) {
    return true;
  }
  return !is_quic(reader) && reader.ok();
}

}  // namespace vitrine::session
