// Stages: (1) take over, (2) server leg, (3) forged leaf, (4) client leg, (5) relay and handover,
// (6) close.
#include "host/session/inspection.h"

#include <algorithm>
#include <array>
#include <utility>

#include "host/session/leaf_choice.h"

namespace vitrine::session {
namespace {

constexpr uint64_t kMs = 1'000'000;

trust::PeerName peer_name(const FlowFacts& facts) {
  return facts.server_name.empty() ? trust::PeerName::address(facts.key.destination)
                                   : trust::PeerName::host(facts.server_name);
}

SocketEnd end_of(const LegSocket& side) { return {side.end_of_file(), side.socket_error()}; }

// Gaps between attempts to hand over grow; the last one repeats.
uint64_t retry_gap_ns(uint32_t attempts) {
  constexpr std::array<uint64_t, 5> kGapsMs = {20, 100, 500, 2000, 10000};
  return kGapsMs[std::min<size_t>(attempts, kGapsMs.size()) - 1] * kMs;
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

void Inspection::start_server_leg() {
  tls::ServerLegConfig leg_config;
  leg_config.hello = &hello_;
  leg_config.client = facts_.key.source;
  leg_config.server = facts_.server();
  leg_config.verifier = make_verifier();
  leg_config.trust_epoch = context_.services.verifier.epoch();
  auto leg = context_.services.legs.make_server_leg(leg_config);
  if (!leg) {
    fail(unofferable(hello_, leg.status(), context_.services.legs.refusal_alert(hello_)));
    return;
  }
  pump_.server().set_leg(std::move(leg).value());
  run();
}

tls::PeerVerifier Inspection::make_verifier() const {
  trust::Verifier& verifier = context_.services.verifier;
  return [&verifier, name = name_](STACK_OF(X509) * chain) {
    const trust::Verdict verdict = verifier.verify(chain, name);
    tls::PeerVerdict result;
    result.error = verdict.trusted ? X509_V_OK : verdict.code;
    result.depth = verdict.depth;
    result.text = verdict.text;
    result.subject = verdict.subject;
    result.issuer = verdict.issuer;
    return result;
  };
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

bool Inspection::step_server_handshake() {
  pump_.run();
  const tls::Leg* leg = pump_.server().leg();
  if (leg == nullptr) {
    return false;
  }
  if (leg->progress() == tls::Progress::kHandshaking && pump_.server().socket_error() == 0) {
    return false;
  }
  if (leg->progress() != tls::Progress::kEstablished) {
    fail(server_failure(leg->report(), end_of(pump_.server()),
                        context_.services.legs.policy().integrity_only));
    return true;
  }
  const tls::LegReport report = leg->report();
  facts_.server_version = report.version_text;
  facts_.server_suite = report.cipher;
  facts_.alpn = report.alpn;
  if (report.resumed) {
    context_.totals.add(Count::kResumedUpstream);
  }
  forge_leaf();
  return stage_ != Stage::kForging;
}

void Inspection::forge_leaf() {
  stage_ = Stage::kForging;
  X509* certificate = pump_.server().leg()->peer_certificate();
  if (certificate == nullptr) {
    on_leaf(Status(Code::kInternal, "the server showed no certificate"));
    return;
  }
  facts_.server_subject = trust::subject_of(certificate);
  facts_.server_issuer = trust::issuer_of(certificate);
  signer::ForgeRequest request;
  request.server_certificate = certificate;
  request.name = name_;
  request.key_type = choose_key_type(hello_, pump_.server().leg()->version());
  context_.services.forge.forge(
      request, [weak = weak_from_this()](Result<std::shared_ptr<const signer::ForgedLeaf>> leaf) {
        if (const auto self = weak.lock()) {
          self->on_leaf(std::move(leaf));
          self->run();
        }
      });
}

void Inspection::on_leaf(Result<std::shared_ptr<const signer::ForgedLeaf>> leaf) {
  if (stage_ != Stage::kForging) {
    return;  // failed meanwhile
  }
  if (!leaf) {
    fail({events::Leg::kClient, events::Cause::kSignerFailed, "", leaf.status().message(),
          tls::Alert::kInternalError});
    return;
  }
  start_client_leg((*leaf)->served);
}

void Inspection::start_client_leg(std::shared_ptr<const tls::ServedLeaf> leaf) {
  tls::ClientLegConfig leg_config;
  leg_config.leaf = std::move(leaf);
  leg_config.version = pump_.server().leg()->version();
  leg_config.preferred_key_bytes = pump_.server().leg()->key_bytes();
  leg_config.alpn = pump_.server().leg()->alpn();
  auto leg = context_.services.legs.make_client_leg(leg_config);
  if (!leg) {
    fail({events::Leg::kClient, events::Cause::kInternal, "", leg.status().message(),
          tls::Alert::kInternalError});
    return;
  }
  pump_.client().set_leg(std::move(leg).value());
  stage_ = Stage::kClientHandshake;
}

bool Inspection::step_client_handshake() {
  pump_.run();
  const tls::Leg* leg = pump_.client().leg();
  const tls::Leg* server = pump_.server().leg();
  if (server->progress() == tls::Progress::kFailed || pump_.server().socket_error() != 0) {
    fail(server_failure(server->report(), end_of(pump_.server()),
                        context_.services.legs.policy().integrity_only));
    return true;
  }
  switch (leg->progress()) {
    case tls::Progress::kHandshaking:
      if (pump_.client().socket_error() == 0 && !pump_.client().end_of_file()) {
        return false;
      }
      [[fallthrough]];
    case tls::Progress::kFailed:
      fail(client_failure(leg->report(), end_of(pump_.client())));
      return true;
    case tls::Progress::kEstablished:
    case tls::Progress::kClosed:
      established();
      return true;
  }
  return false;
}

void Inspection::established() {
  const tls::LegReport report = pump_.client().leg()->report();
  facts_.client_version = report.version_text;
  facts_.client_suite = report.cipher;
  facts_.state = api::FlowState::kRelayed;
  stage_ = Stage::kRelay;
  deadline_ns_ = 0;
  context_.totals.add(Count::kHandshakesCompleted);
  publish_established(context_.services.hub, facts_, *pump_.server().leg());
  if (const auto obstacle = tls::splice_obstacle(*pump_.server().leg(), *pump_.client().leg())) {
    relay_for_good(*obstacle);
  } else {
    begin_handover();
  }
}

void Inspection::relay_for_good(const std::string& reason) {
  facts_.relay_reason = reason;
  next_handover_ns_ = 0;
  context_.totals.add_relay(reason);
  connection_->stay();
}

void Inspection::begin_handover() {
  ++handover_attempts_;
  stage_ = Stage::kHandover;
  handover_.emplace(*connection_, pump_, context_.services.card,
                    now() + config().handover_timeout_ms * kMs, config().idle_timeout_ms);
}

bool Inspection::step_handover() {
  const Handover::Outcome outcome = handover_->step(now());
  facts_.host_bytes = pump_.plaintext_bytes();
  switch (outcome) {
    case Handover::Outcome::kPending:
      return false;
    case Handover::Outcome::kDone:
      facts_.card_flow = handover_->flow();
      facts_.deltas = handover_->sequence_deltas();
      facts_.state = api::FlowState::kSpliced;
      chains_ = handover_->take_chains();
      stage_ = Stage::kSpliced;
      context_.totals.add(Count::kHandovers);
      handover_.reset();
      pump_ = LegPump();
      return false;
    case Handover::Outcome::kNotNow:
      stage_ = Stage::kRelay;
      if (handover_attempts_ < config().handover_attempts) {
        context_.totals.add(Count::kHandoversRetried);
        next_handover_ns_ = now() + retry_gap_ns(handover_attempts_);
        break;
      }
      [[fallthrough]];
    case Handover::Outcome::kNever:
      stage_ = Stage::kRelay;
      context_.totals.add(Count::kHandoversFailed);
      relay_for_good(handover_->why());
      break;
    case Handover::Outcome::kReset:
      stage_ = Stage::kRelay;
      break;
  }
  handover_.reset();
  return true;
}

bool Inspection::step_relay() {
  pump_.run();
  facts_.host_bytes = pump_.plaintext_bytes();
  for (size_t i = 0; i < 2; ++i) {
    const LegSocket& side = pump_.side(i);
    if (side.leg()->progress() == tls::Progress::kFailed) {
      const auto where = i == 0 ? events::Leg::kClient : events::Leg::kServer;
      fail({where, events::Cause::kRecordAuthenticationFailed, side.leg()->report().error,
            "a leg failed after its handshake", tls::Alert::kBadRecordMac});
      return true;
    }
    if (side.socket_error() != 0 ||
        connection_->reset_from(i == 0 ? facts_.client_direction()
                                       : card::opposite(facts_.client_direction()))) {
      connection_->abort();
      end(FlowEnd(i == 0 ? "reset by the client" : "reset by the server"));
      leave();
      return false;
    }
  }
  if (pump_.finished()) {
    end(FlowEnd("closed by both ends"));
    begin_closing();
    return true;
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

bool Inspection::step_closing() {
  pump_.client().drain();
  pump_.server().drain();
  pump_.client().discard();
  pump_.server().discard();
  if (connection_ != nullptr && !connection_->over() && now() < deadline_ns_) {
    return false;
  }
  // One end's reset is over for itself only: the other end must hear of it.
  if (connection_ != nullptr &&
      (!connection_->over() || connection_->reset_from(card::Direction::kFromInside) ||
       connection_->reset_from(card::Direction::kFromOutside))) {
    connection_->abort();
  }
  leave();
  return false;
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

void Inspection::fail(const Failure& failure) {
  if (!reported_) {
    if (facts_.state == api::FlowState::kHandshake) {
      context_.totals.add(Count::kHandshakesFailed);
    }
    publish_abort(context_.services.hub, facts_, failure, pump_.client().leg(),
                  pump_.server().leg());
    reported_ = true;
  }
  LegSocket& client = pump_.client();
  if (client.leg() == nullptr) {
    client.discard();
    client.send_raw(tls::alert_record(failure.client_alert));
  } else if (failure.leg == events::Leg::kServer) {
    client.leg()->abort(failure.client_alert);
  }
  if (tls::Leg* server = pump_.server().leg();
      server != nullptr && server->progress() == tls::Progress::kEstablished) {
    if (facts_.state == api::FlowState::kHandshake) {
      server->shutdown();  // nothing of the client's was passed on yet
    } else {
      server->abort(failure.client_alert);  // a close_notify would vouch for a cut-off stream
    }
  }
  begin_closing();
}

void Inspection::begin_closing() {
  stage_ = Stage::kClosing;
  deadline_ns_ = now() + config().closing_timeout_ms * kMs;
  for (size_t i = 0; i < 2; ++i) {
    pump_.side(i).finish_sending();
    pump_.side(i).drain();
  }
}

void Inspection::on_splice_closed(const card::FlowEvent& event) {
  facts_.card_flow = 0;
  end(end_of_splice(event));
  leave();
}

void Inspection::on_key_update(const card::FlowEvent& event) {
  auto keys = chains_[card::index(event.direction)].advance();
  // Without new keys the card lets nothing past the next KeyUpdate: closed, not open.
  if (keys &&
      context_.services.card.update_keys(facts_.card_flow, event.direction, keys->in, keys->out)) {
    context_.totals.add(Count::kKeyUpdates);
  }
}

void Inspection::kill(events::Cause cause, const std::string& text) {
  if (stage_ == Stage::kOver) {
    return;
  }
  if (connection_ != nullptr && stage_ != Stage::kSpliced) {
    connection_->abort();
  }
  end(FlowEnd(text, cause));
  leave();
}

void Inspection::end(const FlowEnd& end) {
  if (reported_) {
    return;
  }
  reported_ = true;
  FlowEnd timed = end;
  timed.now_ns = now();
  publish_end(context_.services.hub, facts_, timed);
}

void Inspection::leave() {
  if (connection_ != nullptr) {
    context_.connections.erase(*connection_);
  }
  handover_.reset();
  pump_ = LegPump();
  connection_.reset();
  stage_ = Stage::kOver;
}

}  // namespace vitrine::session
