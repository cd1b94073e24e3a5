#include "host/session/fragment_rule.h"

#include <optional>

#include <netinet/in.h>

namespace vitrine::session {
namespace {

constexpr uint16_t kVlan = 0x8100;
constexpr uint16_t kServiceVlan = 0x88a8;
constexpr uint16_t kIpv4 = 0x0800;
constexpr uint16_t kIpv6 = 0x86dd;
constexpr int kMaxTags = 2;
constexpr int kMaxExtensionHeaders = 8;
constexpr uint16_t kFragmentOffsetV4 = 0x1fff;
constexpr uint16_t kFragmentOffsetV6 = 0xfff8;
constexpr uint16_t kHttps = 443;

// What a packet carries. The reader stands at the transport header where that is here.
struct Transport {
  uint8_t protocol = 0;
  bool begins_here = true;  // false in a later fragment
};

// Headers that may hide a transport: extension headers that are not followed here, and the numbers
// set aside for experiments (RFC 3692).
bool opaque(uint8_t next) {
  switch (next) {
    case IPPROTO_HOPOPTS:
    case IPPROTO_ROUTING:
    case IPPROTO_FRAGMENT:
    case IPPROTO_AH:
    case IPPROTO_DSTOPTS:
    case IPPROTO_MH:
    case 139:  // HIP
    case 140:  // Shim6
    case 253:
    case 254:
      return true;
    default:
      return false;
  }
}

std::optional<Transport> ipv4_transport(ByteReader& reader) {
  constexpr size_t kPlain = 20;
  const Bytes header = reader.take(kPlain);
  if (header.empty()) {
    return std::nullopt;
  }
  const size_t size = size_t{header[0] & 0x0fU} * 4;
  if (size < kPlain) {
    return std::nullopt;
  }
  reader.skip(size - kPlain);
  return Transport{header[9], (load_be16(&header[6]) & kFragmentOffsetV4) == 0};
}

std::optional<Transport> ipv6_transport(ByteReader& reader) {
  const Bytes header = reader.take(40);
  if (header.empty()) {
    return std::nullopt;
  }
  uint8_t next = header[6];
  for (int i = 0; i < kMaxExtensionHeaders && reader.ok(); ++i) {
    switch (next) {
      case IPPROTO_HOPOPTS:
      case IPPROTO_ROUTING:
      case IPPROTO_DSTOPTS: {
        next = reader.u8();
        const size_t rest = size_t{reader.u8()} * 8 + 6;
        reader.skip(rest);
        break;
      }
      case IPPROTO_FRAGMENT: {
        next = reader.u8();
        reader.skip(1);
        const bool first = (reader.u16() & kFragmentOffsetV6) == 0;
        reader.skip(4);
        // A header chain in the fragments: another fragment could write over the transport header
        // behind it.
        return opaque(next) ? std::nullopt : std::optional(Transport{next, first});
      }
      default:
        return opaque(next) ? std::nullopt : std::optional(Transport{next});
    }
  }
  return std::nullopt;
}

// REQUIRES: the reader is at the transport header.
bool is_quic(ByteReader& reader) {
  reader.skip(2);
  const uint16_t destination = reader.u16();
  reader.skip(4);
  return destination == kHttps;
}

}  // namespace

bool may_pass_unclassified(Bytes frame, bool block_quic) {
  ByteReader reader(frame);
  reader.skip(12);
  uint16_t type = reader.u16();
  for (int tag = 0; tag < kMaxTags && (type == kVlan || type == kServiceVlan); ++tag) {
    reader.skip(2);
    type = reader.u16();
  }
  std::optional<Transport> transport;
  if (type == kIpv4) {
    transport = ipv4_transport(reader);
  } else if (type == kIpv6) {
    transport = ipv6_transport(reader);
  }
  if (!reader.ok() || !transport.has_value() || transport->protocol == IPPROTO_TCP) {
    return false;
  }
  if (!block_quic || transport->protocol != IPPROTO_UDP || !transport->begins_here) {
    return true;
  }
  return !is_quic(reader) && reader.ok();
}

}  // namespace vitrine::session
