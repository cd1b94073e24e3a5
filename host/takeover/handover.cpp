// Connection's handover. Stages: hold, drain, freeze, (the session installs the splice,) finish.
// A step back is possible until finish().
#include <algorithm>

#include "host/takeover/connection.h"
#include "host/wire/tcp_build.h"

namespace vitrine::takeover {

using wire::seq_after;
using wire::seq_before;

void Connection::hold() {
  if (state_ == ConnectionState::kRelaying) {
    state_ = ConnectionState::kHolding;
    lanes_[0].hold();
    lanes_[1].hold();
  }
}

void Connection::deliver_more(card::Direction direction, uint32_t bytes) {
  if (state_ == ConnectionState::kHolding) {
    lanes_[leg_of(direction)].advance(bytes, to_stack());
  }
}

void Connection::cancel_hold() {
  if (state_ == ConnectionState::kHolding) {
    state_ = ConnectionState::kRelaying;
    lanes_[0].release(to_stack());
    lanes_[1].release(to_stack());
  }
}

Result<DrainState> Connection::drained() {
  DrainState state = DrainState::kDrained;
  for (const size_t leg : kLegs) {
    const Lane& lane = lanes_[leg];
    if (lane.reset_seen()) {
      return DrainState::kReset;
    }
    const auto queue = queues(sockets_[leg].get());
    if (!queue) {
      return queue.status();
    }
    if (lane.fin_delivered() || !queue->established) {
      state = DrainState::kFinished;
    } else if (state == DrainState::kDrained &&
               (queue->received != lane.line() - legs_[leg].receive_start || queue->unread != 0 ||
                queue->unsent != 0)) {
      state = DrainState::kWaiting;
    }
  }
  return state;
}

void Connection::probe() {
  // One byte that the end has acknowledged already: it answers at once.
  static constexpr uint8_t kByte[] = {0};
  for (const size_t leg : kLegs) {
    const uint32_t acknowledged = lanes_[leg].acknowledged();
    if (seq_after(legs_[leg].sent_sequence, acknowledged)) {
      send_to_end(leg, wire::kAck | wire::kPsh, acknowledged - 1, kByte);
    }
  }
}

Result<Frozen> Connection::freeze() {
  if (state_ != ConnectionState::kHolding) {
    return {Code::kInvalidArgument, "freeze() without hold()"};
  }
  const auto drain = drained();
  if (!drain) {
    return drain.status();
  }
  if (*drain != DrainState::kDrained) {
    return {Code::kUnavailable, "not drained"};
  }
  for (const size_t leg : kLegs) {
    auto position = takeover::freeze(sockets_[leg].get());
    if (!position) {
      if (leg == 1) {
        (void)takeover::thaw(sockets_[0].get());
      }
      return position.status();
    }
    legs_[leg].position = *position;
  }
  state_ = ConnectionState::kFrozen;
  if (Status status = check_frozen(); !status) {
    thaw();
    return status;
  }
  return frozen_values();
}

Status Connection::check_frozen() const {
  for (const size_t leg : kLegs) {
    const SocketPosition& here = legs_[leg].position;
    const Lane& facing = lanes_[leg];
    const Lane& other = lanes_[1 - leg];
    if (here.receive_sequence != facing.line() || here.send_sequence != facing.acknowledged()) {
      return {Code::kUnavailable, "the sockets moved after the drain"};
    }
    if (seq_after(legs_[leg].promised_edge, here.receive_sequence + other.window())) {
      return {Code::kUnavailable, "the receiver takes less now than was promised to the sender"};
    }
  }
  return Status::ok();
}

Frozen Connection::frozen_values() const {
  Frozen frozen;
  for (const size_t leg : kLegs) {
    const size_t d = card::index(direction_of(leg));
    const SocketPosition& in = legs_[leg].position;
    const SocketPosition& out = legs_[1 - leg].position;
    frozen.first_sequence[d] = in.receive_sequence;
    frozen.sequence_delta[d] = out.send_sequence - in.receive_sequence;
    // The next TSval of this end becomes what the socket on the other leg would say now.
    frozen.timestamp_delta[d] = timestamps_ ? out.timestamp - lanes_[leg].pending_timestamp() : 0;
  }
  return frozen;
}

void Connection::thaw() {
  if (state_ != ConnectionState::kFrozen) {
    return;
  }
  (void)takeover::thaw(sockets_[0].get());
  (void)takeover::thaw(sockets_[1].get());
  state_ = ConnectionState::kHolding;
}

void Connection::finish() {
  if (state_ != ConnectionState::kFrozen) {
    return;
  }
  state_ = ConnectionState::kHandedOver;
  for (const size_t leg : kLegs) {
    inject_fresh_ack(leg);
  }
  for (const size_t leg : kLegs) {
    wire::HoldQueue held = lanes_[leg].take_held();
    while (!held.empty()) {
      const wire::HeldFrame frame = held.pop();
      if (const auto packet = wire::parse_frame(frame.frame, port_of(leg))) {
        inject_received(leg, *packet, frame.segment_size);
      }
    }
    close_silently(sockets_[leg]);
  }
}

// As the end would say it now; the card moves it to the other leg.
void Connection::inject_fresh_ack(size_t leg) {
  const SocketPosition& here = legs_[leg].position;
  wire::Segment segment;
  segment.source = legs_[leg].end;
  segment.destination = legs_[1 - leg].end;
  segment.sequence = here.receive_sequence;
  segment.acknowledgement = here.send_sequence;
  segment.window = lanes_[leg].header_window();
  if (timestamps_) {
    segment.timestamps = wire::TcpTimestamps{lanes_[leg].pending_timestamp(), here.timestamp};
  }
  (void)sink_.inject(card::InjectAs::kReceived, {port_of(leg), 0},
                     wire::build_frame(legs_[leg].link, segment));
}

void Connection::inject_received(size_t leg, const wire::TcpPacket& packet, uint16_t segment_size) {
  const SocketPosition& here = legs_[leg].position;
  const Lane& other = lanes_[1 - leg];
  const uint32_t first = here.receive_sequence;
  // The other end's right edge, as this leg counts.
  const uint32_t edge = first + other.window();
  wire::Refresh refresh;
  refresh.acknowledgement = here.send_sequence;
  refresh.window = lanes_[leg].header_window();
  refresh.timestamp_echo = here.timestamp;
  if (packet.has(wire::kAck) && seq_after(packet.acknowledgement, here.send_sequence)) {
    refresh.acknowledgement = packet.acknowledgement;  // a straggler, newer than the handover
    refresh.window = packet.window;
    refresh.timestamp_echo = packet.options.timestamps.value_or(wire::TcpTimestamps{}).echo;
  }
  const auto size = static_cast<uint32_t>(packet.payload.size());
  uint32_t begin = wire::seq_max(packet.sequence, first);
  uint32_t end = wire::seq_min(packet.sequence + size, edge);
  if (packet.length() != 0 && !packet.has(wire::kRst) &&
      (!seq_after(packet.end(), first) || seq_after(begin, end))) {
    return;  // wholly the host's or beyond the window: the fresh ACK says what is wanted
  }
  if (packet.length() == 0 || packet.has(wire::kRst)) {
    begin = packet.sequence;
    end = packet.sequence + size;
  }
  refresh.payload_from = begin - packet.sequence;
  refresh.payload_to = end - packet.sequence;
  const bool large = end - begin > segment_size;
  (void)sink_.inject(card::InjectAs::kReceived, {port_of(leg), large ? segment_size : uint16_t{0}},
                     wire::refresh_frame(packet, refresh));
}

}  // namespace vitrine::takeover
