#include "host/card/soft/pipeline.h"

#include "host/base/ip_header.h"
#include "host/base/tcp_header.h"

namespace vitrine::card::soft {
namespace {

constexpr uint64_t kSecondNs = 1'000'000'000;
// Below this length summing in software costs less than the port's detour.
constexpr size_t kOffloadFrom = 256;

PuntReason punt_reason(FrameKind kind) {
  switch (kind) {
    case FrameKind::kFragment:
      return PuntReason::kFragment;
    case FrameKind::kExtensionHeader:
      return PuntReason::kExtensionHeader;
    default:
      return PuntReason::kRule;
  }
}

bool ended_well(CloseReason reason) {
  return reason == CloseReason::kFin || reason == CloseReason::kReset;
}

// After an edit, or for a frame that the host made: IP checksum, transport checksum and
// segmentation, by what the port can do.
void finish_frame(WireFrame& frame, const ParsedFrame& parsed, uint16_t segment_size,
                  bool offloads) {
  fix_ip_checksum(frame.bytes, parsed);
  leave_checksum_to_port(frame, parsed);
  if (segment_size != 0 && parsed.payload_length > segment_size) {
    frame.segment_size = segment_size;
    frame.segmentation = parsed.key.source.is_v6() ? Segmentation::kTcp6 : Segmentation::kTcp4;
    return;
  }
  frame.segment_size = 0;
  frame.segmentation = Segmentation::kNone;
  if (!offloads || frame.bytes.size() < kOffloadFrom) {
    complete_checksum(frame);
  }
}

}  // namespace

Pipeline::Pipeline(WirePort& inside, WirePort& outside, HostRing& ring,
                   const PipelineLimits& limits, SipKey seed, uint64_t now_ns)
    : linger_ns_(limits.linger_ns),
      ring_(ring),
      egress_{Egress(inside, counters_), Egress(outside, counters_)},
      pools_(limits.splice_pools),
      flows_(limits.max_flows, seed, now_ns),
      now_ns_(now_ns) {}

void Pipeline::set_time(uint64_t now_ns) {
  now_ns_ = now_ns;
  flows_.advance(now_ns, [this](Flow& flow) { timer(flow); });
}

void Pipeline::refuse(Port ingress) {
  ++counters_.received[static_cast<size_t>(ingress)];
  drop(DropReason::kNotReady);
}

void Pipeline::receive(WireFrame& frame, Port ingress) {
  ++counters_.received[static_cast<size_t>(ingress)];
  if (frame.lost) {
    drop(DropReason::kImpaired);
    return;
  }
  process(frame, ingress);
}

void Pipeline::inject(InjectAs how, const FrameMeta& meta, MutableBytes bytes) {
  WireFrame frame;
  frame.bytes = bytes;
  frame.checksum = Checksum::kVerified;
  if (meta.segment_size != 0) {
    ParsedFrame parsed;
    if (parse_frame(bytes, meta.port, parsed) == FrameKind::kTcp) {
      finish_frame(frame, parsed, meta.segment_size, true);
    }
  }
  if (how == InjectAs::kEgress) {
    egress(meta.port).add(frame, EgressClass::kInjected);
    return;
  }
  ++counters_.injected;
  process(frame, meta.port);
}

void Pipeline::flush() {
  egress_[0].flush();
  egress_[1].flush();
}

void Pipeline::process(WireFrame& frame, Port ingress) {
  if (shut_) {
    drop(DropReason::kNotReady);
    return;
  }
  Packet packet{frame, ingress, FrameKind::kMalformed, {}};
  packet.kind = parse_frame(frame.bytes, ingress, packet.parsed);
  switch (packet.kind) {
    case FrameKind::kMalformed:
      drop(DropReason::kMalformed);
      return;
    case FrameKind::kTcp:
    case FrameKind::kOtherIp:
      if (Flow* flow = flows_.find(packet.parsed.key)) {
        by_flow(packet, *flow);
        return;
      }
      break;
    default:
      break;
  }
  by_rules(packet);
}

void Pipeline::by_rules(Packet& packet) {
  switch (rules_.decide(packet.kind, packet.parsed.key)) {
    case Action::kForward:
      forward(packet);
      break;
    case Action::kPunt:
      punt(packet, punt_reason(packet.kind), 0);
      break;
    default:
      drop(DropReason::kRule);
      break;
  }
}

void Pipeline::by_flow(Packet& packet, Flow& flow) {
  const bool opens =
      packet.kind == FrameKind::kTcp && (packet.parsed.tcp_flags & (kSyn | kAck | kRst)) == kSyn;
  if (opens && flow.closed && !flow.event_owed) {
    // The ports are used again: a new connection, which the rules judge.
    erase(flow);
    by_rules(packet);
    return;
  }
  flow.last_seen_ns = now_ns_;
  if (flow.action == Action::kSplice) {
    splice(packet, flow);
    return;
  }
  const Direction direction = direction_from(packet.ingress);
  const auto ended = flow.plain.account(direction, packet.kind, packet.parsed,
                                        packet.frame.bytes.size(), packet.frame.segment_size);
  switch (flow.action) {
    case Action::kForward:
      forward(packet);
      break;
    case Action::kPunt:
      punt(packet, PuntReason::kFlow, flow.id);
      break;
    default:
      drop(DropReason::kRule);
      break;
  }
  if (ended && !flow.closed) {
    close(flow, *ended, direction, 0);
  }
}

void Pipeline::splice(Packet& packet, Flow& flow) {
  if (flow.failed) {
    dead(packet, flow);
    return;
  }
  WireFrame& frame = packet.frame;
  // The engine rebuilds checksums, so a wrong one must not get that far: it would be made right.
  if (!ip_checksum_is_right(frame.bytes, packet.parsed) ||
      (frame.checksum == Checksum::kComplete &&
       !transport_checksum_is_right(frame.bytes, packet.parsed))) {
    drop(DropReason::kChecksum);
    return;
  }
  // Without Ethernet's padding.
  frame.bytes = frame.bytes.first(packet.parsed.payload + packet.parsed.payload_length);
  splicing_ = &flow;
  const Direction direction = direction_from(packet.ingress);
  const SpliceVerdict verdict =
      flow.splicer->process(direction, frame.bytes, packet.parsed, frame.segment_size, *this);
  splicing_ = nullptr;
  switch (verdict.kind) {
    case SpliceVerdict::Kind::kSend:
      send_spliced(packet, verdict);
      break;
    case SpliceVerdict::Kind::kHeld:
      ++flow.held;
      ++counters_.held;
      break;
    case SpliceVerdict::Kind::kDrop:
      if (verdict.reason == DropReason::kFlowDead) {
        dead(packet, flow);
      } else {
        drop(verdict.reason);
      }
      break;
  }
  if (verdict.closed && !flow.closed) {
    close(flow, verdict.close_reason, direction, verdict.record);
  }
}

void Pipeline::send_spliced(Packet& packet, const SpliceVerdict& verdict) {
  WireFrame& frame = packet.frame;
  if (verdict.payload_length < packet.parsed.payload_length) {
    ++counters_.cut;
    packet.parsed.payload_length = verdict.payload_length;
    frame.bytes = frame.bytes.first(packet.parsed.payload + verdict.payload_length);
  }
  Egress& out = egress(opposite(packet.ingress));
  finish_frame(frame, packet.parsed, frame.segment_size, out.port().offloads());
  out.add(frame, EgressClass::kSpliced);
}

bool Pipeline::dead_punt_allowed(const Packet& packet, Flow& flow) const {
  if ((packet.parsed.tcp_flags & kRst) != 0) {
    return false;  // nobody answers a reset
  }
  if (now_ns_ - flow.dead_punt_start_ns >= kSecondNs) {
    flow.dead_punt_start_ns = now_ns_;
    flow.dead_punts = {};
  }
  DeadPunts& punts = flow.dead_punts[index(direction_from(packet.ingress))];
  if (packet.parsed.acknowledgement != punts.last_acknowledgement &&
      punts.advanced < kDeadPuntsOfNewAcknowledgements) {
    punts.last_acknowledgement = packet.parsed.acknowledgement;
    ++punts.advanced;
    return true;
  }
  return ++punts.repeated <= kDeadPuntsPerSecond;
}

void Pipeline::dead(Packet& packet, Flow& flow) {
  if (dead_punt_allowed(packet, flow)) {
    punt(packet, PuntReason::kDeadFlow, flow.id);
  } else {
    drop(DropReason::kFlowDead);
  }
}

void Pipeline::forward(const Packet& packet) {
  egress(opposite(packet.ingress)).add(packet.frame, EgressClass::kForwarded);
}

void Pipeline::punt(Packet& packet, PuntReason reason, FlowId flow) {
  if (packet.frame.checksum == Checksum::kPartial) {
    complete_checksum(packet.frame);
  }
  const Punt out{{packet.ingress, packet.frame.segment_size}, reason, flow, packet.frame.bytes};
  if (ring_.push_punt(out)) {
    ++counters_.punted[static_cast<size_t>(reason)];
  } else {
    drop(DropReason::kPuntFull);
  }
}

uint64_t Pipeline::linger_ns(const Flow& flow) const {
  return flow.failed ? linger_ns_ * kFailedLingerFactor : linger_ns_;
}

void Pipeline::close(Flow& flow, CloseReason reason, Direction direction, uint64_t record) {
  flow.closed = true;
  flow.failed = flow.splicer != nullptr && !ended_well(reason);
  if (flow.failed) {
    flow.splicer->zeroize();
    drop_held(flow);
  }
  FlowEvent& event = flow.closed_event;
  event.type = FlowEvent::Type::kClosed;
  event.flow = flow.id;
  event.key = flow.key;
  event.reason = reason;
  event.direction = direction;
  event.in_record = record;
  event.stats = flow.stats();
  tell_closed(flow);
  flows_.arm(flow, now_ns_ + linger_ns(flow));
}

void Pipeline::tell_closed(Flow& flow) { flow.event_owed = !ring_.push_event(flow.closed_event); }

void Pipeline::drop_held(Flow& flow) {
  counters_.held -= flow.held;
  counters_.dropped[static_cast<size_t>(DropReason::kFlowDead)] += flow.held;
  flow.held = 0;
}

// An entry goes once its linger has passed without a packet and the host has its closed event.
void Pipeline::timer(Flow& flow) {
  if (!flow.closed) {
    const uint64_t deadline = flow.last_seen_ns + flow.idle_timeout_ns;
    if (now_ns_ < deadline) {
      flows_.arm(flow, deadline);
    } else {
      close(flow, CloseReason::kIdle, Direction::kFromInside, 0);
    }
    return;
  }
  if (flow.event_owed) {
    tell_closed(flow);
  }
  const uint64_t deadline = flow.last_seen_ns + linger_ns(flow);
  if (flow.event_owed || now_ns_ < deadline) {
    flows_.arm(flow, flow.event_owed ? now_ns_ + linger_ns_ : deadline);
    return;
  }
  erase(flow);
}

void Pipeline::erase(Flow& flow) {
  drop_held(flow);
  flows_.erase(flow);
}

Result<FlowId> Pipeline::install(const FlowSpec& spec) {
  const FlowKey& key = spec.key;
  const bool is_splice = spec.action == Action::kSplice;
  if (is_splice != spec.splice.has_value() || (is_splice && key.protocol != kProtocolTcp)) {
    return {Code::kInvalidArgument,
            "install: a splice is for TCP flows of action splice, and only those"};
  }
  if (key.ingress == Port::kHost || key.source.version != key.destination.version ||
      spec.idle_timeout_ms == 0) {
    return {Code::kInvalidArgument, "install: the key or the idle timeout cannot be"};
  }
  if (flows_.find(key) != nullptr || flows_.find(key.reversed()) != nullptr) {
    return {Code::kAlreadyExists, "install: the connection has an entry already"};
  }
  std::unique_ptr<Splicer> splicer;
  if (is_splice) {
    auto made = make_splicer(*spec.splice, pools_);
    if (!made) {
      return made.status();
    }
    splicer = std::move(made).value();
  }
  auto added = flows_.add(spec, std::move(splicer), now_ns_);
  if (!added) {
    counters_.flow_table_full += added.status().code() == Code::kExhausted ? 1U : 0U;
    return added.status();
  }
  return added.value()->id;
}

Result<FlowStats> Pipeline::remove(FlowId id) {
  Flow* flow = flows_.by_id(id);
  if (flow == nullptr) {
    return {Code::kNotFound, "remove: no such flow"};
  }
  const FlowStats stats = flow->stats();
  erase(*flow);
  return stats;
}

Status Pipeline::update_keys(FlowId id, Direction direction, const RecordKey& in,
                             const RecordKey& out) {
  Flow* flow = flows_.by_id(id);
  if (flow == nullptr) {
    return {Code::kNotFound, "update_keys: no such flow"};
  }
  if (flow->failed) {
    return {Code::kUnavailable, "update_keys: the flow has failed"};
  }
  if (!flow->splicer) {
    return {Code::kInvalidArgument, "update_keys: the flow is not spliced"};
  }
  return flow->splicer->update_keys(direction, in, out);
}

void Pipeline::zeroize() {
  flows_.for_each([this](Flow& flow) {
    if (flow.splicer == nullptr || flow.failed) {
      return;
    }
    if (flow.closed) {
      flow.splicer->zeroize();
    } else {
      close(flow, CloseReason::kZeroized, Direction::kFromInside, 0);
    }
  });
}

Result<FlowStats> Pipeline::flow_stats(FlowId id) {
  const Flow* flow = flows_.by_id(id);
  if (flow == nullptr) {
    return {Code::kNotFound, "no such flow"};
  }
  return flow->stats();
}

Counters Pipeline::counters() const {
  Counters out = counters_;
  out.flows = flows_.size();
  return out;
}

void Pipeline::tap_bytes(Direction direction, uint64_t record, uint32_t offset, Bytes plaintext) {
  if (!ring_.push_tap({splicing_->id, direction, record, offset, plaintext})) {
    ++counters_.tap_lost;
  }
}

void Pipeline::tap_record(Direction direction, uint64_t record, bool verified, uint8_t content_type,
                          uint32_t length) {
  if (!ring_.push_tap_record({splicing_->id, direction, record, verified, content_type, length})) {
    ++counters_.tap_lost;
  }
}

void Pipeline::key_update(Direction direction, uint32_t generation) {
  FlowEvent event;
  event.type = FlowEvent::Type::kKeyUpdate;
  event.flow = splicing_->id;
  event.key = splicing_->key;
  event.direction = direction;
  event.generation = generation;
  if (!ring_.push_event(event)) {
    ++counters_.events_lost;
  }
}

void Pipeline::release(Direction direction, MutableBytes bytes, const ParsedFrame& parsed,
                       uint16_t segment_size) {
  --splicing_->held;
  --counters_.held;
  ParsedFrame edited = parsed;
  edited.payload_length = static_cast<uint32_t>(bytes.size() - parsed.payload);
  WireFrame frame;
  frame.bytes = bytes;
  Egress& out = egress(opposite(static_cast<Port>(direction)));
  finish_frame(frame, edited, segment_size, out.port().offloads());
  // The bytes live only as long as this call.
  out.add(frame, EgressClass::kSpliced);
  out.flush();
}

void Pipeline::discard(Direction /*direction*/, DropReason reason) {
  --splicing_->held;
  --counters_.held;
  drop(reason);
}

}  // namespace vitrine::card::soft
