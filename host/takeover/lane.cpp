#include "host/takeover/lane.h"

#include <algorithm>

#include "host/wire/tcp_build.h"

namespace vitrine::takeover {
namespace {

using wire::seq_after;
using wire::seq_before;
using wire::TcpPacket;

uint32_t payload_end(const TcpPacket& packet) {
  return packet.sequence + static_cast<uint32_t>(packet.payload.size());
}

// The part of a segment in [from, to), with its FIN only if `to` covers that.
// REQUIRES: the segment begins before `to`.
std::vector<uint8_t> piece(const TcpPacket& packet, uint32_t from, uint32_t to) {
  const size_t begin = seq_after(from, packet.sequence) ? from - packet.sequence : 0;
  const size_t end = std::min<size_t>(to - packet.sequence, packet.payload.size());
  return wire::cut_frame(packet, std::min(begin, end), end, !seq_before(to, packet.end()));
}

}  // namespace

Lane::Lane(uint32_t next_sequence, uint32_t window, uint8_t scale, size_t max_held_bytes)
    : line_(next_sequence), window_limit_(window), scale_(scale), held_(max_held_bytes) {}

void Lane::seed(uint32_t acknowledged, uint32_t window_bytes, uint32_t timestamp) {
  acknowledged_ = acknowledged;
  sent_ = acknowledged;
  header_window_ = static_cast<uint16_t>(std::min<uint32_t>(window_bytes >> scale_, 0xffff));
  timestamp_ = timestamp;
}

void Lane::take(const TcpPacket& packet, uint16_t segment_size, const ToStack& to_stack) {
  ++counters_.packets;
  if (packet.has(wire::kRst)) {
    const bool exact = packet.sequence == line_;
    // Behind held data the socket would not believe it; the sender's own data says it is real.
    const bool behind_held =
        holding_ && std::any_of(held_.frames().begin(), held_.frames().end(), [&](const auto& f) {
          const auto held = wire::parse_frame(f.frame, packet.key.ingress);
          return held && held->end() == packet.sequence;
        });
    reset_seen_ = reset_seen_ || exact || behind_held;
    if (!behind_held) {
      to_stack(packet.ip());
    }
    return;
  }
  if (packet.has(wire::kAck) && seq_after(packet.acknowledgement, sent_)) {
    ++counters_.refused_frames;
    return;
  }
  note(packet);
  if (!holding_) {
    pass(packet, to_stack);
  } else if (packet.length() == 0 && seq_after(packet.sequence, line_)) {
    to_stack(Bytes(wire::ack_only(packet, line_)).subspan(packet.ip_offset));
  } else if (seq_after(packet.end(), line_)) {
    keep(packet, segment_size, to_stack);
  } else {
    to_stack(packet.ip());
  }
}

void Lane::note(const TcpPacket& packet) {
  if (packet.has(wire::kAck) && !seq_before(packet.acknowledgement, acknowledged_)) {
    acknowledged_ = packet.acknowledgement;
    header_window_ = packet.window;
  }
  if (packet.options.timestamps && !seq_before(packet.options.timestamps->value, timestamp_)) {
    timestamp_ = packet.options.timestamps->value;
  }
}

void Lane::pass(const TcpPacket& packet, const ToStack& to_stack) {
  const uint32_t end = packet.end();
  // What lies outside any window is for the socket to refuse; it must not move the line.
  if (seq_after(end, line_) && end - line_ <= window_limit_) {
    counters_.payload_bytes += end - line_ - (packet.has(wire::kFin) ? 1 : 0);
    line_ = end;
    fin_delivered_ = fin_delivered_ || packet.has(wire::kFin);
  }
  to_stack(packet.ip());
}

void Lane::keep(const TcpPacket& packet, uint16_t segment_size, const ToStack& to_stack) {
  if (seq_before(packet.sequence, line_)) {
    to_stack(Bytes(piece(packet, packet.sequence, line_)).subspan(packet.ip_offset));
  } else {
    to_stack(Bytes(wire::ack_only(packet, line_)).subspan(packet.ip_offset));
  }
  if (packet.end() - line_ > window_limit_) {
    ++counters_.refused_frames;
    return;
  }
  for (const wire::HeldFrame& frame : held_.frames()) {
    const auto other = wire::parse_frame(frame.frame, packet.key.ingress);
    if (other && !seq_after(other->sequence, packet.sequence) &&
        !seq_before(other->end(), packet.end())) {
      return;  // a retransmission of what waits already
    }
  }
  if (!held_.push(packet.frame, segment_size)) {
    ++counters_.refused_frames;
    return;
  }
  ++counters_.held_frames;
  if (packet.options.timestamps) {
    const uint32_t value = packet.options.timestamps->value;
    held_timestamp_ = held_timestamp_ ? wire::seq_min(*held_timestamp_, value) : value;
  }
}

void Lane::advance(uint32_t bytes, const ToStack& to_stack) {
  const uint32_t old_line = line_;
  line_ += bytes;
  counters_.payload_bytes += bytes;
  wire::HoldQueue waiting = take_held();
  while (!waiting.empty()) {
    const wire::HeldFrame frame = waiting.pop();
    const auto packet = wire::parse_frame(frame.frame, card::Port::kInside);
    if (!packet) {
      continue;
    }
    if (seq_before(packet->sequence, line_) && seq_after(payload_end(*packet), old_line)) {
      to_stack(Bytes(piece(*packet, old_line, line_)).subspan(packet->ip_offset));
    }
    if (seq_after(packet->end(), line_)) {
      (void)held_.push(frame.frame, frame.segment_size);  // it was in there before
      if (packet->options.timestamps) {
        const uint32_t value = packet->options.timestamps->value;
        held_timestamp_ = held_timestamp_ ? wire::seq_min(*held_timestamp_, value) : value;
      }
    }
  }
}

void Lane::release(const ToStack& to_stack) {
  holding_ = false;
  wire::HoldQueue waiting = take_held();
  while (!waiting.empty()) {
    const wire::HeldFrame frame = waiting.pop();
    if (const auto packet = wire::parse_frame(frame.frame, card::Port::kInside)) {
      pass(*packet, to_stack);
    }
  }
}

wire::HoldQueue Lane::take_held() {
  held_timestamp_.reset();
  wire::HoldQueue taken = std::move(held_);
  held_.clear();
  return taken;
}

}  // namespace vitrine::takeover
