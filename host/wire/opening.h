// A connection from its SYN to the client's first data: what both real ends agreed on, and what to
// do with each packet meanwhile.
//
// The TCP options are negotiated end to end: SYN, SYN-ACK and ACK go through (cleaned of what
// cannot be spliced) and are only watched. The client's first data is held. A pure state machine:
// no I/O, no clock, not thread-safe. Packets are untrusted: strange ones are told, never fatal. RFC
// 9293 section 3.5 (opening), RFC 7323 (window scale, timestamps), RFC 2018 (SACK).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "host/base/status.h"
#include "host/card/types.h"
#include "host/wire/link.h"
#include "host/wire/tcp_packet.h"

namespace vitrine::wire {

// One real end, as its packets show it.
struct End {
  Endpoint endpoint;
  bool seen_syn = false;
  uint32_t initial_sequence = 0;  // of its SYN
  uint32_t next_sequence = 0;     // one past the highest byte that was let through
  uint32_t acknowledged = 0;      // the highest acknowledgement that it has sent
  uint32_t window = 0;            // bytes after that, scale applied
  uint32_t timestamp = 0;         // its latest TSval, 0 where it sends none
  uint16_t mss = 0;               // largest payload it takes, as its SYN said or the default
  TcpOptions options;             // of its SYN
  LinkTemplate link;              // of the frames that it sends, as received
};

// What both SYNs agreed on; valid once established().
struct Negotiated {
  bool window_scaling = false;
  bool sack = false;
  bool timestamps = false;
};

enum class OpeningVerdict : uint8_t {
  kPass,              // inject step.frame for egress on the other port
  kHold,              // the client's first data: keep it (Assembler)
  kServerSpokeFirst,  // not TLS: stop inspecting, the packet goes through
  kClosed,            // RST or FIN before the hello: stop inspecting, the packet goes through
  kNotInspectable,    // MD5 or TCP-AO, or a handshake that makes no sense: let the flow through
  kDrop,              // bad checksum, not part of this opening
};

struct OpeningStep {
  OpeningVerdict verdict = OpeningVerdict::kDrop;
  // What to inject where the packet goes through: the packet itself or a cleaned copy; valid until
  // the next call and as long as the packet.
  Bytes frame;
};

class Opening {
 public:
  // From the client's SYN. kUnsupported where it is no plain SYN. The SYN must then go through
  // on_packet() like every other packet.
  static Result<Opening> from_syn(const TcpPacket& syn);

  OpeningStep on_packet(const TcpPacket& packet);

  // Whether both SYNs were seen and agree; needed before a takeover.
  bool established() const;
  // Whether the client has acknowledged the server's SYN: only then is it known to be where its SYN
  // said, and only then do both ends have a connection.
  bool confirmed() const;
  Negotiated negotiated() const;
  // The key of the client's packets.
  const card::FlowKey& key() const { return key_; }
  card::Direction client_direction() const { return card::direction_from(key_.ingress); }
  const End& client() const { return ends_[0]; }
  const End& server() const { return ends_[1]; }
  uint32_t syn_retransmissions() const { return syn_retransmissions_; }

  // A header window of `bytes` in what `sender` sends once established: scaled down.
  uint16_t header_window(const End& sender, uint32_t bytes) const;

 private:
  Opening() = default;
  OpeningStep from_client(const TcpPacket& packet);
  OpeningStep from_server(const TcpPacket& packet);
  OpeningStep pass(const TcpPacket& packet);
  void note(End& end, const TcpPacket& packet) const;
  // Too old for its receiver to take.
  bool is_stale(const End& end, const TcpPacket& packet) const;

  card::FlowKey key_;
  std::array<End, 2> ends_;  // client, server
  uint32_t syn_retransmissions_ = 0;
  std::vector<uint8_t> cleaned_;
};

}  // namespace vitrine::wire
