// The packet path and the life of a taken-over connection; the handover is in handover.cpp.
#include "host/takeover/connection.h"

#include <algorithm>

#include "host/base/checksum.h"
#include "host/base/tcp_header.h"
#include "host/takeover/impersonate.h"
#include "host/wire/tcp_build.h"

namespace vitrine::takeover {
namespace {

uint8_t scale_of(const wire::Opening& opening, const wire::End& end) {
  return opening.negotiated().window_scaling ? end.options.window_scale.value_or(uint8_t{0})
                                             : uint8_t{0};
}

// No more than the end that is impersonated takes itself, so that handing over shrinks no window;
// but at least what was acknowledged in its name.
uint32_t receive_window(const wire::End& impersonated, uint32_t early_bytes,
                        const ConnectionLimits& limits) {
  constexpr uint32_t kSlack = 16U << 10;
  constexpr uint32_t kSmallest = 2048;
  const uint32_t window =
      std::clamp(limits.receive_window, kSmallest, std::max(impersonated.window, kSmallest));
  return early_bytes == 0 ? window : std::max(window, early_bytes + kSlack);
}

Lane make_lane(const wire::Opening& opening, const wire::End& end, uint32_t window,
               const ConnectionLimits& limits) {
  Lane lane(end.initial_sequence + 1, window, scale_of(opening, end), limits.max_held_bytes);
  lane.seed(end.acknowledged, end.window, end.timestamp);
  return lane;
}

}  // namespace

Connection::Connection(Stack& stack, FrameSink& sink, const wire::Opening& opening,
                       uint32_t early_bytes, const ConnectionLimits& limits)
    : stack_(stack),
      sink_(sink),
      key_(opening.key()),
      limits_(limits),
      timestamps_(opening.negotiated().timestamps),
      scales_{scale_of(opening, opening.client()), scale_of(opening, opening.server())},
      lanes_{make_lane(opening, opening.client(),
                       receive_window(opening.server(), early_bytes, limits), limits),
             make_lane(opening, opening.server(), receive_window(opening.client(), 0, limits),
                       limits)} {
  for (const size_t leg : kLegs) {
    const wire::End& end = leg == 0 ? opening.client() : opening.server();
    legs_[leg].end = end.endpoint;
    legs_[leg].link = end.link;
    legs_[leg].receive_start = end.initial_sequence + 1;
    legs_[leg].sent_sequence = end.acknowledged;
    legs_[leg].sent_acknowledgement = end.initial_sequence + 1;
    legs_[leg].promised_edge = end.initial_sequence + 1;
  }
}

Connection::~Connection() {
  for (UniqueFd& socket : sockets_) {
    close_silently(socket);
  }
}

Result<std::unique_ptr<Connection>> Connection::create(Stack& stack, FrameSink& sink,
                                                       const wire::Opening& opening,
                                                       uint32_t early_bytes,
                                                       const ConnectionLimits& limits) {
  if (!opening.established()) {
    return {Code::kInvalidArgument, "the opening of the connection was not seen whole"};
  }
  std::unique_ptr<Connection> connection(new Connection(stack, sink, opening, early_bytes, limits));
  for (const size_t leg : kLegs) {
    const uint32_t early = leg == 0 ? early_bytes : 0;
    if (Status status = connection->open_socket(leg, opening, early, limits); !status) {
      return status;
    }
  }
  return connection;
}

Status Connection::open_socket(size_t leg, const wire::Opening& opening, uint32_t early_bytes,
                               const ConnectionLimits& limits) {
  const wire::End& real = leg == 0 ? opening.client() : opening.server();
  const wire::End& played = leg == 0 ? opening.server() : opening.client();
  const wire::Negotiated negotiated = opening.negotiated();
  SocketState state;
  state.local = played.endpoint;
  state.remote = real.endpoint;
  state.send_sequence = played.initial_sequence + 1;
  state.receive_sequence = real.initial_sequence + 1;
  state.mss = real.mss;
  state.window_scaling = negotiated.window_scaling;
  state.send_scale = scale_of(opening, real);
  state.receive_scale = scale_of(opening, played);
  state.sack = negotiated.sack;
  state.timestamps = negotiated.timestamps;
  state.timestamp = played.timestamp + 1;
  state.send_window = real.window;
  state.receive_window = receive_window(played, early_bytes, limits);
  legs_[leg].sent_timestamp = state.timestamp;
  auto socket = impersonate(state);
  if (!socket) {
    return socket.status();
  }
  sockets_[leg] = std::move(*socket);
  return Status::ok();
}

Lane::ToStack Connection::to_stack() {
  return [this](Bytes ip) {
    // A packet that the stack refuses is a lost packet. Frozen sockets must not hear anything.
    if (state_ == ConnectionState::kRelaying || state_ == ConnectionState::kHolding) {
      (void)stack_.write(ip);
    }
  };
}

void Connection::from_wire(card::Direction direction, const card::FrameMeta& meta, Bytes frame) {
  const size_t leg = leg_of(direction);
  const auto packet = wire::parse_frame(frame, port_of(leg));
  if (state_ == ConnectionState::kClosed || !packet ||
      (leg == 0 ? packet->key : packet->key.reversed()) != key_ ||
      !wire::checksums_are_right(*packet)) {
    return;
  }
  if (state_ == ConnectionState::kHandedOver) {
    inject_received(leg, *packet, meta.segment_size);
  } else {
    lanes_[leg].take(*packet, meta.segment_size, to_stack());
  }
}

void Connection::from_stack(const wire::TcpPacket& packet, uint16_t segment_size) {
  const size_t leg = packet.key.destination == legs_[0].end.address &&
                             packet.key.destination_port == legs_[0].end.port
                         ? 0
                         : 1;
  Leg& to = legs_[leg];
  if (state_ != ConnectionState::kRelaying && state_ != ConnectionState::kHolding) {
    return;
  }
  if (packet.has(wire::kRst) && to.fin_sent && lanes_[leg].fin_delivered()) {
    return;  // the socket is gone; a late FIN needs no answer
  }
  to.sent_sequence = wire::seq_max(to.sent_sequence, packet.end());
  lanes_[leg].sent(packet.end());
  to.fin_sent = to.fin_sent || packet.has(wire::kFin);
  if (packet.has(wire::kAck)) {
    to.sent_acknowledgement = wire::seq_max(to.sent_acknowledgement, packet.acknowledgement);
    to.sent_window = honest_window(leg, packet);
  }
  if (packet.options.timestamps) {
    to.sent_timestamp = packet.options.timestamps->value;
  }
  legs_[1 - leg].link.frame_into(scratch_, packet.ip());
  if (packet.has(wire::kAck) && to.sent_window != packet.window) {
    uint8_t* tcp = &scratch_[scratch_.size() - packet.tcp().size()];
    store_be16(tcp + kTcpWindow, to.sent_window);
    uint8_t* sum = tcp + kTcpChecksum;
    store_be16(sum, moved_checksum(load_be16(sum), packet.window, to.sent_window));
  }
  const bool large = segment_size != 0 && packet.payload.size() > segment_size;
  (void)sink_.inject(card::InjectAs::kEgress, {port_of(leg), large ? segment_size : uint16_t{0}},
                     scratch_);
}

// The socket would take more than the real end behind it; what it says is cut to what both take.
// A promise once made is kept.
uint16_t Connection::honest_window(size_t leg, const wire::TcpPacket& packet) {
  if (staying_ || packet.has(wire::kRst)) {
    return packet.window;
  }
  Leg& to = legs_[leg];
  const uint8_t scale = scales_[1 - leg];
  // Some must always get through: nobody would tell the sender that a shut window has opened.
  constexpr uint32_t kLeast = 4096;
  const uint32_t most =
      std::min(limits_.receive_window, std::max(lanes_[1 - leg].window(), kLeast));
  const uint32_t said = static_cast<uint32_t>(packet.window) << scale;
  const uint32_t edge = packet.acknowledgement + std::min(said, most);
  to.promised_edge = wire::seq_max(to.promised_edge, edge);
  const uint32_t window = std::min(said, to.promised_edge - packet.acknowledgement);
  // Rounding up here would promise more; rounding down is kept by the next packet.
  return static_cast<uint16_t>(window >> scale);
}

void Connection::send_to_end(size_t leg, uint8_t flags, uint32_t sequence, Bytes payload) {
  const Leg& to = legs_[leg];
  wire::Segment segment;
  segment.source = legs_[1 - leg].end;
  segment.destination = to.end;
  segment.sequence = sequence;
  segment.acknowledgement = to.sent_acknowledgement;
  segment.flags = flags;
  segment.window = to.sent_window;
  segment.payload = payload;
  if (timestamps_) {
    segment.timestamps = wire::TcpTimestamps{to.sent_timestamp, lanes_[leg].timestamp()};
  }
  (void)sink_.inject(card::InjectAs::kEgress, {port_of(leg), 0},
                     wire::build_frame(legs_[1 - leg].link, segment));
}

void Connection::stay() {
  constexpr uint32_t kWide = 2U << 20;
  staying_ = true;
  for (const size_t leg : kLegs) {
    lanes_[leg].widen(kWide);
    widen_window(sockets_[leg].get());
  }
}

void Connection::abort() {
  if (state_ == ConnectionState::kClosed) {
    return;
  }
  for (const size_t leg : kLegs) {
    close_silently(sockets_[leg]);
    if (lanes_[leg].reset_seen() || state_ == ConnectionState::kHandedOver) {
      continue;
    }
    // An end believes a reset at exactly its next byte (RFC 5961): that is the last one sent or,
    // where something was lost, the last one that it acknowledged.
    const uint32_t acknowledged = lanes_[leg].acknowledged();
    send_to_end(leg, wire::kRst | wire::kAck, legs_[leg].sent_sequence, {});
    if (acknowledged != legs_[leg].sent_sequence) {
      send_to_end(leg, wire::kRst | wire::kAck, acknowledged, {});
    }
  }
  state_ = ConnectionState::kClosed;
}

bool Connection::over() const {
  if (state_ == ConnectionState::kClosed || lanes_[0].reset_seen() || lanes_[1].reset_seen()) {
    return true;
  }
  return state_ == ConnectionState::kRelaying &&
         std::all_of(kLegs.begin(), kLegs.end(), [this](size_t leg) {
           return legs_[leg].fin_sent && lanes_[leg].fin_delivered() &&
                  lanes_[leg].acknowledged() == legs_[leg].sent_sequence &&
                  legs_[leg].sent_acknowledgement == lanes_[leg].line();
         });
}

}  // namespace vitrine::takeover
