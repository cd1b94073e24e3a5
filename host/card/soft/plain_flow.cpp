#include "host/card/soft/plain_flow.h"

namespace vitrine::card::soft {
namespace {

// a - b in sequence space (RFC 9293 section 3.4).
int32_t distance(uint32_t a, uint32_t b) { return static_cast<int32_t>(a - b); }

}  // namespace

uint64_t wire_segments(uint32_t payload_length, uint16_t segment_size) {
  if (segment_size == 0 || payload_length <= segment_size) {
    return 1;
  }
  return (payload_length + segment_size - 1U) / segment_size;
}

bool PlainFlow::reset_is_accepted(Direction direction, const ParsedFrame& parsed) const {
  const End& own = ends_[index(direction)];
  const End& other = ends_[index(opposite(direction))];
  const uint32_t wanted = stats_.directions[index(opposite(direction))].last_acknowledgement;
  if (other.acknowledged && parsed.sequence == wanted) {
    return true;
  }
  if (own.seen && parsed.sequence == stats_.directions[index(direction)].next_sequence) {
    return true;
  }
  return !other.acknowledged && !own.seen;
}

std::optional<CloseReason> PlainFlow::account(Direction direction, FrameKind kind,
                                              const ParsedFrame& parsed, size_t frame_length,
                                              uint16_t segment_size) {
  DirectionStats& stats = stats_.directions[index(direction)];
  stats.packets += wire_segments(parsed.payload_length, segment_size);
  stats.bytes += frame_length;
  stats.payload_bytes += parsed.payload_length;
  if (kind != FrameKind::kTcp) {
    return {};
  }
  if ((parsed.tcp_flags & kRst) != 0) {
    if (!closed_ && reset_is_accepted(direction, parsed)) {
      closed_ = true;
      return CloseReason::kReset;
    }
    return {};
  }
  End& own = ends_[index(direction)];
  End& other = ends_[index(opposite(direction))];
  const bool syn = (parsed.tcp_flags & kSyn) != 0;
  const bool fin = (parsed.tcp_flags & kFin) != 0;
  const uint32_t end = parsed.sequence + parsed.payload_length + (syn ? 1U : 0U) + (fin ? 1U : 0U);
  if (!own.seen || distance(end, stats.next_sequence) > 0) {
    stats.next_sequence = end;
  }
  own.seen = true;
  if (fin) {
    own.fin = true;
    own.fin_end = end;
  }
  if ((parsed.tcp_flags & kAck) != 0) {
    if (!own.acknowledged || distance(parsed.acknowledgement, stats.last_acknowledgement) > 0) {
      stats.last_acknowledgement = parsed.acknowledgement;
    }
    own.acknowledged = true;
    if (other.fin && distance(parsed.acknowledgement, other.fin_end) >= 0) {
      other.fin_acknowledged = true;
    }
  }
  if (!closed_ && own.fin_acknowledged && other.fin_acknowledged) {
    closed_ = true;
    return CloseReason::kFin;
  }
  return {};
}

}  // namespace vitrine::card::soft
