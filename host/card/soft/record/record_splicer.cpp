#include "host/card/soft/record/record_splicer.h"

#include <algorithm>
#include <cstring>

namespace vitrine::card::soft {
namespace {

SpliceVerdict drop(DropReason reason) {
  SpliceVerdict verdict;
  verdict.kind = SpliceVerdict::Kind::kDrop;
  verdict.reason = reason;
  return verdict;
}

bool has(const ParsedFrame& parsed, TcpFlag flag) { return (parsed.tcp_flags & flag) != 0; }

}  // namespace

RecordSplicer::Side::Side(Direction direction, TlsVersion version, const SpliceDirection& splice,
                          const SpliceDirection& reverse, SplicePools& pools)
    : tracker(direction, version, splice, pools.aes(), pools.chunks()),
      held(pools.frames()),
      deltas{splice.sequence_delta, reverse.sequence_delta, splice.timestamp_delta,
             reverse.timestamp_delta},
      acknowledged(splice.first_sequence),
      strict(splice.strict) {
  stats.last_acknowledgement = reverse.first_sequence + reverse.sequence_delta;
}

Sequence RecordSplicer::Side::next() const {
  const Sequence high = tracker.high();
  return fin_at == high ? high + 1 : high;
}

void RecordSplicer::Side::take_acknowledgement(Sequence sequence) {
  if (sequence_at_most(sequence, acknowledged) || sequence_before(next(), sequence)) {
    return;
  }
  acknowledged = sequence;
  tracker.acknowledge(sequence_min(sequence, tracker.high()));
  fin_acknowledged = fin_at.has_value() && sequence == *fin_at + 1;
}

void RecordSplicer::Side::count(const ParsedFrame& parsed, uint32_t payload_length,
                                uint16_t segment_size) {
  const uint64_t segments = segment_size != 0 && payload_length > segment_size
                                ? (payload_length + segment_size - 1U) / segment_size
                                : 1;
  stats.packets += segments;
  stats.bytes += segments * parsed.payload + payload_length;
  stats.payload_bytes += payload_length;
}

RecordSplicer::RecordSplicer(const Splice& splice, SplicePools& pools)
    : version_(splice.version),
      sides_{Side(Direction::kFromInside, splice.version, splice.directions[0],
                  splice.directions[1], pools),
             Side(Direction::kFromOutside, splice.version, splice.directions[1],
                  splice.directions[0], pools)} {}

Status RecordSplicer::start(const Splice& splice) {
  for (size_t i = 0; i < 2; ++i) {
    const SpliceDirection& direction = splice.directions[i];
    if (direction.next_in.has_value() != direction.next_out.has_value()) {
      return {Code::kInvalidArgument, "splice: next keys are for both legs or for none"};
    }
    if (Status status = sides_[i].tracker.install_keys(direction.in, direction.out); !status) {
      return status;
    }
    if (direction.next_in && version_ == TlsVersion::kTls13) {
      Status status = sides_[i].tracker.install_keys(*direction.next_in, *direction.next_out);
      if (!status) {
        return status;
      }
    }
  }
  return Status::ok();
}

SpliceVerdict RecordSplicer::process(Direction direction, MutableBytes frame,
                                     const ParsedFrame& parsed, uint16_t segment_size,
                                     SpliceSink& sink) {
  if (state_ == State::kDead) {
    return drop(DropReason::kFlowDead);
  }
  if (has(parsed, kUrg) || (has(parsed, kSyn) && parsed.payload_length != 0)) {
    return drop(DropReason::kUnsplicable);
  }
  Segment segment{direction, frame, parsed, segment_size, sink, sides_[index(direction)]};
  if (has(parsed, kSyn)) {
    move_numbers(frame, parsed, segment.side.deltas);
    segment.side.count(parsed, 0, 0);
    return {};
  }
  if (has(parsed, kAck)) {
    Side& other = sides_[index(opposite(direction))];
    const Sequence before = other.acknowledged;
    other.take_acknowledgement(parsed.acknowledgement - other.deltas.sequence);
    if (other.acknowledged != before) {
      segment.side.stats.last_acknowledgement = parsed.acknowledgement;
    }
  }
  segment.next_before = segment.side.next();
  segment.edit = walk(segment);
  return judge(segment);
}

PayloadEdit RecordSplicer::walk(Segment& segment) {
  const ParsedFrame& parsed = segment.parsed;
  if (parsed.payload_length == 0 || has(parsed, kRst)) {
    return {};  // the text that may come with an RST is not TLS and stays here
  }
  const MutableBytes payload = segment.frame.subspan(parsed.payload, parsed.payload_length);
  if (state_ == State::kOpen) {
    return segment.side.tracker.pass(payload, parsed.sequence, segment.sink);
  }
  PayloadEdit edit;
  edit.reason = DropReason::kFlowDead;
  const int32_t old = sequence_distance(segment.side.acknowledged, parsed.sequence);
  edit.leaves = std::min(static_cast<uint32_t>(std::max(old, 0)), parsed.payload_length);
  std::memset(payload.data(), 0, edit.leaves);
  return edit;
}

SpliceVerdict RecordSplicer::judge(Segment& segment) {
  const ParsedFrame& parsed = segment.parsed;
  PayloadEdit& edit = segment.edit;
  DirectionStats& stats = segment.side.stats;
  stats.new_payload_bytes += edit.fresh;
  stats.records += edit.records;
  if (edit.records != 0) {
    release_verified(segment);
  }
  SpliceVerdict verdict;
  const bool nothing_left = edit.leaves == 0 && parsed.payload_length != 0 && !has(parsed, kRst);
  if (nothing_left) {
    verdict = drop(edit.reason);
  } else {
    edit_headers(segment);
    verdict = hold(segment);
  }
  if (edit.failure) {
    verdict.closed = true;
    verdict.close_reason = *edit.failure;
    verdict.record = edit.record;
    const Sequence left = parsed.sequence + edit.leaves;
    segment.side.died_at = sequence_before(segment.next_before, left) ? left : segment.next_before;
    if (verdict.kind == SpliceVerdict::Kind::kHeld) {
      verdict.kind = SpliceVerdict::Kind::kDrop;
      verdict.reason = edit.reason;
    }
    die(&segment.sink, State::kDead);
  } else if (verdict.kind != SpliceVerdict::Kind::kDrop) {
    note_end(segment, verdict);
  }
  return verdict;
}

void RecordSplicer::edit_headers(Segment& segment) {
  move_numbers(segment.frame, segment.parsed, segment.side.deltas);
  if (segment.edit.leaves < segment.parsed.payload_length) {
    cut_payload(segment.frame, segment.parsed, segment.edit.leaves);
  }
}

// Sends the segment, or in strict mode keeps it while a record that it brings bytes of has not
// verified.
SpliceVerdict RecordSplicer::hold(Segment& segment) {
  const ParsedFrame& parsed = segment.parsed;
  const uint32_t leaves = segment.edit.leaves;
  Side& side = segment.side;
  if (!side.strict || leaves == 0 || state_ != State::kOpen ||
      side.tracker.verified(parsed.sequence, parsed.sequence + leaves)) {
    SpliceVerdict verdict;
    verdict.payload_length = leaves;
    side.count(parsed, leaves, segment.segment_size);
    return verdict;
  }
  if (segment.edit.failure) {
    return drop(segment.edit.reason);
  }
  if (segment.edit.fresh == 0) {
    return drop(DropReason::kIncompleteRecord);  // it is held already, or comes again
  }
  const Bytes kept = segment.frame.first(parsed.payload + leaves);
  if (!side.held.hold(kept, parsed, parsed.sequence, segment.segment_size)) {
    return drop(DropReason::kHoldFull);
  }
  SpliceVerdict verdict;
  verdict.kind = SpliceVerdict::Kind::kHeld;
  verdict.payload_length = leaves;
  return verdict;
}

void RecordSplicer::release_verified(Segment& segment) {
  Side& side = segment.side;
  side.held.release_if(
      [&side](Sequence begin, Sequence end) { return side.tracker.verified(begin, end); },
      [&](HeldFrame& held) {
        side.count(held.parsed, held.parsed.payload_length, held.segment_size);
        segment.sink.release(segment.direction, held.frame(), held.parsed, held.segment_size);
      });
}

void RecordSplicer::note_end(Segment& segment, SpliceVerdict& verdict) {
  const ParsedFrame& parsed = segment.parsed;
  Side& side = segment.side;
  if (state_ != State::kOpen) {
    return;
  }
  if (has(parsed, kRst)) {
    // A receiver takes an RST at exactly the next byte it expects (RFC 9293 section 3.5.3, RFC
    // 5961); which that is, the card knows only within what was not acknowledged: either end of it
    // will do.
    if (parsed.sequence == side.acknowledged || parsed.sequence == side.next()) {
      verdict.closed = true;
      verdict.close_reason = CloseReason::kReset;
      die(&segment.sink, State::kEnded);
    }
    return;
  }
  if (has(parsed, kFin) && segment.edit.leaves == parsed.payload_length) {
    side.fin_at = parsed.sequence + parsed.payload_length;
  }
  if (sides_[0].fin_acknowledged && sides_[1].fin_acknowledged) {
    verdict.closed = true;
    verdict.close_reason = CloseReason::kFin;
    die(&segment.sink, State::kEnded);
  }
}

void RecordSplicer::die(SpliceSink* sink, State state) {
  state_ = state;
  for (size_t i = 0; i < 2; ++i) {
    Side& side = sides_[i];
    if (sink != nullptr) {
      side.held.release_if(
          [](Sequence, Sequence) { return true; },
          [&](HeldFrame&) { sink->discard(static_cast<Direction>(i), DropReason::kFlowDead); });
    } else {
      side.held.clear();
    }
    side.tracker.zeroize();
  }
}

Status RecordSplicer::update_keys(Direction direction, const RecordKey& in, const RecordKey& out) {
  if (state_ != State::kOpen) {
    return {Code::kUnavailable, "the splice has ended"};
  }
  if (version_ != TlsVersion::kTls13) {
    return {Code::kInvalidArgument, "TLS 1.2 has no KeyUpdate"};
  }
  return sides_[index(direction)].tracker.install_keys(in, out);
}

void RecordSplicer::zeroize() { die(nullptr, State::kDead); }

FlowStats RecordSplicer::stats() const {
  FlowStats stats;
  for (size_t i = 0; i < 2; ++i) {
    stats.directions[i] = sides_[i].stats;
    stats.directions[i].next_sequence = sides_[i].died_at.value_or(sides_[i].next());
  }
  return stats;
}

size_t RecordSplicer::held_frames() const { return sides_[0].held.size() + sides_[1].held.size(); }

}  // namespace vitrine::card::soft
