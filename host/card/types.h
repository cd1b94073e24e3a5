// The words of the card contract: ports, flow keys, rules, splices, events.
//
// Values only, no behaviour: what crosses the bus of a real card. Addresses are in network order;
// ports, VLAN ids, sequence numbers and counts are host integers.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/base/net.h"
#include "host/base/secret.h"

namespace vitrine::card {

enum class Port : uint8_t { kInside = 0, kOutside = 1, kHost = 2 };
constexpr Port opposite(Port port) {
  return port == Port::kInside ? Port::kOutside : Port::kInside;
}

// The direction of a packet, named for the wire port it came in by; indexes arrays of two.
enum class Direction : uint8_t { kFromInside = 0, kFromOutside = 1 };
constexpr Direction opposite(Direction d) {
  return d == Direction::kFromInside ? Direction::kFromOutside : Direction::kFromInside;
}
constexpr size_t index(Direction d) { return static_cast<size_t>(d); }
// REQUIRES: a wire port.
constexpr Direction direction_from(Port port) { return static_cast<Direction>(port); }

struct VlanTags {
  static constexpr uint16_t kNone = 0xffff;
  uint16_t outer = kNone;  // 12-bit VLAN id; priority bits do not select a flow
  uint16_t inner = kNone;
  auto operator<=>(const VlanTags&) const = default;
};

struct FlowKey {
  Port ingress = Port::kInside;
  VlanTags vlan;
  uint8_t protocol = 6;
  IpAddress source;
  IpAddress destination;
  uint16_t source_port = 0;
  uint16_t destination_port = 0;

  // The key of the packets that answer: other wire port, ends exchanged.
  FlowKey reversed() const {
    return {opposite(ingress), vlan, protocol, destination, source, destination_port, source_port};
  }
  auto operator<=>(const FlowKey&) const = default;
};

enum class Action : uint8_t { kForward, kDrop, kPunt, kSplice };

// One card-wide ternary rule: a field matches where (packet ^ value) & mask is 0.
struct Rule {
  struct Field16 {
    uint16_t value = 0;
    uint16_t mask = 0;
  };
  std::optional<Port> ingress;
  std::optional<VlanTags> vlan;
  std::optional<uint8_t> ip_version;
  std::optional<uint8_t> protocol;
  std::optional<IpNetwork> source;
  std::optional<IpNetwork> destination;
  Field16 source_port;
  Field16 destination_port;
  Action action = Action::kForward;  // never kSplice
};

// The first rule that matches wins; `otherwise` is for packets that none matches.
struct RuleGeneration {
  uint32_t configuration_version = 0;
  std::vector<Rule> rules;
  Action otherwise = Action::kForward;
};

enum class TlsVersion : uint16_t { kTls12 = 0x0303, kTls13 = 0x0304 };

// One direction of one leg, one generation of keys.
struct RecordKey {
  Secret key;  // 16 bytes: AES-128-GCM; 32 bytes: AES-256-GCM
  // TLS 1.3: the 12-byte static IV (RFC 8446 section 5.3). TLS 1.2: the 4-byte salt, then zeros
  // (RFC 5288 section 3).
  Secret iv;
};

enum class TapMode : uint8_t { kNone, kFirstBytes, kAll };

// One direction of a splice: packets that enter by one wire port and leave by the other.
struct SpliceDirection {
  uint32_t sequence_delta = 0;  // added to the sequence number; the reverse direction's
                                // acknowledgements and SACK edges are moved back by it
  uint32_t timestamp_delta =
      0;                        // added to TSval; the reverse direction's TSecr is moved back by it
  uint32_t first_sequence = 0;  // as received: the first byte of the first record header
  uint64_t in_record = 0;       // record number of that record on the leg it comes from
  uint64_t out_record = 0;      // and on the leg it leaves by
  // TLS 1.2: explicit nonce of the first outgoing record; then it counts up (RFC 5288 section 3).
  uint64_t out_explicit_nonce = 0;
  RecordKey in;
  RecordKey out;
  // TLS 1.3: what a KeyUpdate in this direction moves to; without them records after a KeyUpdate
  // wait.
  std::optional<RecordKey> next_in;
  std::optional<RecordKey> next_out;
  TapMode tap = TapMode::kNone;
  uint32_t tap_bytes = 0;  // of plaintext, for TapMode::kFirstBytes
  bool strict = false;     // hold every record until it has verified
};

struct Splice {
  TlsVersion version = TlsVersion::kTls13;
  std::array<SpliceDirection, 2> directions;  // by Direction
};

// Both directions of a connection. `key` is that of packets in the direction of the connection's
// opener.
struct FlowSpec {
  FlowKey key;
  Action action = Action::kForward;
  std::optional<Splice> splice;  // exactly where action is kSplice
  uint32_t idle_timeout_ms = 3'600'000;
};

using FlowId = uint64_t;  // never reused within a card's life; 0 is none

struct DirectionStats {
  uint64_t packets = 0;  // segments on the wire, also where they came coalesced
  uint64_t bytes = 0;    // of frames
  uint64_t payload_bytes = 0;
  uint64_t new_payload_bytes = 0;     // spliced: without retransmissions
  uint64_t records = 0;               // spliced: verified and wholly let go
  uint32_t next_sequence = 0;         // as received: one past the highest byte accepted
  uint32_t last_acknowledgement = 0;  // as received in this direction's packets
};

struct FlowStats {
  std::array<DirectionStats, 2> directions;
};

enum class CloseReason : uint8_t {
  kFin,            // both directions finished and acknowledged
  kReset,          // an RST that its receiver accepts went through
  kIdle,           // no packet for the idle timeout
  kRemoved,        // by the host
  kBadRecord,      // a record's tag did not verify
  kProtocol,       // record framing that TLS forbids, or a handshake message that cannot be spliced
  kRenegotiation,  // TLS 1.2 handshake record after the splice began
  kZeroized,       // keys cleared by reset, watchdog or command
};
const char* close_reason_text(CloseReason reason);

struct FlowEvent {
  enum class Type : uint8_t {
    kClosed,     // the entry goes by itself after the linger; keys are gone already
    kKeyUpdate,  // a generation was used up; the host installs the next with update_keys()
  };
  Type type = Type::kClosed;
  FlowId flow = 0;
  FlowKey key;
  CloseReason reason = CloseReason::kFin;
  Direction direction = Direction::kFromInside;  // where it happened
  uint64_t in_record = 0;                        // bad record, protocol: which one
  uint32_t generation = 0;                       // key update: the generation now in use, from 0
  FlowStats stats;
};

}  // namespace vitrine::card
