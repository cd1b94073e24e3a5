// Stages: (1) take over, here; (2) server leg, (3) forged leaf, (4) client leg, in
// inspection_handshake.cpp; (5) relay and handover, (6) close, in inspection_relay.cpp.
#include "host/session/inspection.h"

#include <utility>

namespace vitrine::session {
namespace {

trust::PeerName peer_name(const FlowFacts& facts) {
  return facts.server_name.empty() ? trust::PeerName::address(facts.key.destination)
                                   : trust::PeerName::host(facts.server_name);
}

}  // namespace

Inspection::Inspection(Context& context, FlowFacts facts, tls::ClientHello hello)
    : context_(context),
      facts_(std::move(facts)),
      hello_(std::move(hello)),
      name_(peer_name(facts_)) {
  facts_.state = api::FlowState::kHandshake;
}

Inspection::~Inspection() { leave(); }

Result<std::shared_ptr<Inspection>> Inspection::start(Context& context, FlowFacts facts,
                                                      const wire::Opening& opening,
                                                      wire::Assembler& held,
                                                      tls::ClientHello hello) {
  const uint32_t early = held.acknowledged_early() - held.first_sequence();
  auto connection = takeover::Connection::create(context.services.stack, *context.sink, opening,
                                                 early, context.services.config.connection);
  if (!connection) {
    return connection.status();
  }
  if (Status known = context.connections.insert(**connection); !known) {
    return known;
  }
  std::shared_ptr<Inspection> inspection(
      new Inspection(context, std::move(facts), std::move(hello)));
  inspection->connection_ = std::move(connection).value();
  inspection->last_activity_ns_ = inspection->now();
  inspection->deadline_ns_ = inspection->now() + context.services.config.handshake_timeout_ms * kMs;
  inspection->pump_.client().attach(inspection->connection_->client_fd());
  inspection->pump_.server().attach(inspection->connection_->server_fd());
  const card::Direction up = inspection->connection_->client_direction();
  wire::HoldQueue frames = held.take_frames();
  while (!frames.empty()) {
    const wire::HeldFrame frame = frames.pop();
    inspection->connection_->from_wire(up, {inspection->facts_.key.ingress, frame.segment_size},
                                       frame.frame);
  }
  inspection->start_server_leg();
  return inspection;
}

void Inspection::from_wire(card::Direction direction, const card::FrameMeta& meta, Bytes frame) {
  if (connection_ == nullptr) {
    return;
  }
  connection_->from_wire(direction, meta, frame);
  if (stage_ != Stage::kSpliced) {
    last_activity_ns_ = now();
    run();
  }
}

void Inspection::run() {
  if (running_) {
    return;  // called from within a step; the loop below goes on
  }
  const auto self = shared_from_this();
  running_ = true;
  while (step()) {
  }
  running_ = false;
}

// One stage's work; true where the stage changed and the next one may have work at once.
bool Inspection::step() {
  switch (stage_) {
    case Stage::kServerHandshake:
      return step_server_handshake();
    case Stage::kForging:
      pump_.run();
      return false;
    case Stage::kClientHandshake:
      return step_client_handshake();
    case Stage::kRelay:
      return step_relay();
    case Stage::kHandover:
      return step_handover();
    case Stage::kClosing:
      return step_closing();
    case Stage::kSpliced:
    case Stage::kOver:
      return false;
  }
  return false;
}

// Without a deadline there is nothing to wait for: packets drive the rest.
bool Inspection::needs_clock() const {
  switch (stage_) {
    case Stage::kRelay:
      return next_handover_ns_ != 0;
    case Stage::kSpliced:
    case Stage::kOver:
      return false;
    default:
      return true;
  }
}

void Inspection::tick() {
  const uint64_t time = now();
  const auto self = shared_from_this();
  const bool shaking = stage_ == Stage::kServerHandshake || stage_ == Stage::kForging ||
                       stage_ == Stage::kClientHandshake;
  if (shaking && time >= deadline_ns_) {
    fail(timeout_failure(stage_ == Stage::kClientHandshake ? events::Leg::kClient
                                                           : events::Leg::kServer));
  } else if (stage_ == Stage::kRelay && next_handover_ns_ != 0 && time >= next_handover_ns_) {
    next_handover_ns_ = 0;
    begin_handover();
  } else if (stage_ == Stage::kRelay &&
             time - last_activity_ns_ >= config().idle_timeout_ms * kMs) {
    kill(events::Cause::kIdleTimeout, "idle");
    return;
  }
  run();
}

}  // namespace vitrine::session
