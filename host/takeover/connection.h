// A connection that the host took over: two kernel sockets, the packet path between them and the
// wire, and the handover back to the card.
//
// client_fd() is us in the server's place, toward the real client; server_fd() is us in the
// client's place, toward the real server. Both are non-blocking; the session reads, writes and may
// shutdown() them, but never closes them.
//
// Handover, in the order that loses nothing:
//   1. hold()                data beyond what was delivered waits from now on
//   2. deliver_more(d, n)    where a TLS record was cut: n more bytes of that direction pass
//   3. drained()             until kDrained; probe() wakes a delayed acknowledgement
//   4. freeze()              both sockets stop; deltas and first sequence numbers for the splice
//   5. card.install(splice)  by the session
//   6. finish()              a fresh ACK each way, then the held frames, through the card
// thaw() after 4 or a failed 5 and cancel_hold() go back to relaying. After finish() the object
// stays for stragglers: punts from before the install still come through from_wire().
//
// Ownership: owns its sockets; Stack and FrameSink must outlive it. Threads: the Stack's.
// Everything is bounded: ConnectionLimits. The receive windows stay small until stay(), so that a
// handover never takes back a promise.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "host/base/status.h"
#include "host/base/unique_fd.h"
#include "host/card/card.h"
#include "host/takeover/frame_sink.h"
#include "host/takeover/freeze.h"
#include "host/takeover/lane.h"
#include "host/takeover/stack.h"
#include "host/wire/opening.h"

namespace vitrine::takeover {

struct ConnectionLimits {
  size_t max_held_bytes = 1U << 20;  // each direction
  uint32_t receive_window = 32U << 10;
};

enum class ConnectionState : uint8_t {
  kRelaying,
  kHolding,
  kFrozen,
  kHandedOver,
  kClosed,  // aborted
};

enum class DrainState : uint8_t {
  kDrained,
  kWaiting,   // not yet: acknowledgements, retransmissions or unread bytes are missing
  kFinished,  // an end's FIN was already delivered, or a socket is no longer open: stay on the host
  kReset,     // an end reset: abort()
};

// What card::SpliceDirection needs, by card::Direction.
struct Frozen {
  std::array<uint32_t, 2> sequence_delta{};
  std::array<uint32_t, 2> timestamp_delta{};
  std::array<uint32_t, 2> first_sequence{};
};

class Connection {
 public:
  // Takes over. REQUIRES: opening.established(). `early_bytes`: how many bytes of the client were
  // acknowledged early (Assembler); the receive window covers them. Then pass the held frames to
  // from_wire(). kAlreadyExists, kUnavailable: the four-tuple is still in use in the stack.
  static Result<std::unique_ptr<Connection>> create(Stack& stack, FrameSink& sink,
                                                    const wire::Opening& opening,
                                                    uint32_t early_bytes = 0,
                                                    const ConnectionLimits& limits = {});
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int client_fd() const { return sockets_[0].get(); }
  int server_fd() const { return sockets_[1].get(); }
  const card::FlowKey& key() const { return key_; }  // of the client's packets
  card::Direction client_direction() const { return card::direction_from(key_.ingress); }
  ConnectionState state() const { return state_; }

  // A packet of a real end, by the direction it came from. Bad checksums and strangers are dropped.
  void from_wire(card::Direction direction, const card::FrameMeta& meta, Bytes frame);
  // A packet of one of the two sockets (ConnectionTable finds the connection).
  void from_stack(const wire::TcpPacket& packet, uint16_t segment_size);

  void hold();
  // REQUIRES: holding.
  void deliver_more(card::Direction direction, uint32_t bytes);
  Result<DrainState> drained();
  // Makes ends that have not acknowledged everything do it now. A few times a connection.
  void probe();
  // kUnavailable: not drained after all; nothing is frozen, go on draining. REQUIRES: holding.
  Result<Frozen> freeze();
  // REQUIRES: frozen.
  void thaw();
  // REQUIRES: frozen, and the splice installed.
  void finish();
  // Holds no more; what was held passes. REQUIRES: holding.
  void cancel_hold();

  // The connection stays on the host for good: receive windows may grow.
  void stay();
  // Resets both real ends with sequence numbers that they accept; closes silently.
  void abort();

  // Whether an end's RST was seen; by direction of its packets.
  bool reset_from(card::Direction direction) const { return lane(direction).reset_seen(); }
  bool fin_from(card::Direction direction) const { return lane(direction).fin_delivered(); }
  // The stream position up to which bytes of that direction go to the sockets.
  uint32_t line(card::Direction direction) const { return lane(direction).line(); }
  const LaneCounters& counters(card::Direction direction) const {
    return lane(direction).counters();
  }
  // Nothing more will come: both legs have exchanged and acknowledged their FINs, or one was reset.
  // The object may go; stragglers after that are nobody's.
  bool over() const;

 private:
  // The socket that faces the end which sends in `direction`, and what it started from.
  struct Leg {
    Endpoint end;                // the real end
    wire::LinkTemplate link;     // of the frames that it sends
    uint32_t receive_start = 0;  // first byte that the socket received
    // What last left toward the end.
    uint32_t sent_sequence = 0;  // one past the highest byte
    uint32_t sent_acknowledgement = 0;
    uint16_t sent_window = 0;    // as in the header
    uint32_t promised_edge = 0;  // right edge of the windows that were sent
    uint32_t sent_timestamp = 0;
    bool fin_sent = false;
    SocketPosition position;  // while frozen, and after
  };

  static constexpr std::array<size_t, 2> kLegs = {0, 1};  // client leg, server leg

  Connection(Stack& stack, FrameSink& sink, const wire::Opening& opening, uint32_t early_bytes,
             const ConnectionLimits& limits);

  size_t leg_of(card::Direction d) const { return d == client_direction() ? 0 : 1; }
  card::Direction direction_of(size_t leg) const {
    return leg == 0 ? client_direction() : card::opposite(client_direction());
  }
  const Lane& lane(card::Direction d) const { return lanes_[leg_of(d)]; }
  card::Port port_of(size_t leg) const {
    return leg == 0 ? key_.ingress : card::opposite(key_.ingress);
  }
  Lane::ToStack to_stack();
  Status open_socket(size_t leg, const wire::Opening& opening, uint32_t early_bytes,
                     const ConnectionLimits& limits);
  Status check_frozen() const;
  Frozen frozen_values() const;
  // The header window to send with `packet`: never a promise that the real end could not keep.
  uint16_t honest_window(size_t leg, const wire::TcpPacket& packet);
  // Frames made here, in the words of the socket that faces the end of `leg`.
  void send_to_end(size_t leg, uint8_t flags, uint32_t sequence, Bytes payload);
  // Frames for the card, as if the end of `leg` had just sent them.
  void inject_fresh_ack(size_t leg);
  void inject_received(size_t leg, const wire::TcpPacket& packet, uint16_t segment_size);

  Stack& stack_;
  FrameSink& sink_;
  card::FlowKey key_;
  ConnectionLimits limits_;
  bool timestamps_;
  std::array<uint8_t, 2> scales_;  // of windows that the client, the server sends
  bool staying_ = false;
  ConnectionState state_ = ConnectionState::kRelaying;
  std::array<UniqueFd, 2> sockets_;  // client leg, server leg
  std::array<Lane, 2> lanes_;        // packets of the client, of the server
  std::array<Leg, 2> legs_;
  std::vector<uint8_t> scratch_;
};

}  // namespace vitrine::takeover
