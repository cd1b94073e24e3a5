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
constexpr uint16_t kFragmentOffsetMask = 0xfff8;

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

std::optional<uint8_t> ipv4_protocol(ByteReader& reader) {
  const Bytes header = reader.take(20);
  return header.empty() ? std::nullopt : std::optional<uint8_t>(header[9]);
}

std::optional<uint8_t> ipv6_protocol(ByteReader& reader) {
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
        const bool first = (reader.u16() & kFragmentOffsetMask) == 0;
        reader.skip(4);
        // What follows in later fragments is not a header: the named protocol is the best known.
        if (!first) {
          return reader.ok() && !opaque(next) ? std::optional<uint8_t>(next) : std::nullopt;
        }
        break;
      }
      default:
        return opaque(next) ? std::nullopt : std::optional<uint8_t>(next);
    }
  }
  return std::nullopt;
}

}  // namespace

bool may_pass_unclassified(Bytes frame) {
  ByteReader reader(frame);
  reader.skip(12);
  uint16_t type = reader.u16();
  for (int tag = 0; tag < kMaxTags && (type == kVlan || type == kServiceVlan); ++tag) {
    reader.skip(2);
    type = reader.u16();
  }
  std::optional<uint8_t> protocol;
  if (type == kIpv4) {
    protocol = ipv4_protocol(reader);
  } else if (type == kIpv6) {
    protocol = ipv6_protocol(reader);
  }
  return reader.ok() && protocol.has_value() && *protocol != IPPROTO_TCP;
}

}  // namespace vitrine::session
