// From the first packet to the decision and what follows from it.
#include <utility>

#include "host/session/engine.h"
#include "host/session/engine_flow.h"
#include "host/session/judge.h"

namespace vitrine::session {

void Engine::begin(const card::Punt& punt, const wire::TcpPacket& syn) {
  if (draining_) {
    return;  // the client tries again; by then a successor runs, or nobody
  }
  auto opening = wire::Opening::from_syn(syn);
  if (!opening) {
    return;
  }
  if (by_id_.size() >= context_.services.config.max_flows && !forget_oldest_bypass()) {
    context_.totals.add(Count::kFlowsFull);
    return;
  }
  if (openings_.size() >= context_.services.config.max_openings) {
    context_.totals.add(Count::kOpeningsEvicted);
    const FlowPtr oldest = openings_.front();
    send(reset_opening(oldest->opening()->opening(), oldest->opening()->client_next_sequence()));
    remove(oldest);
  }
  FlowFacts facts;
  facts.id = ++next_id_;
  facts.key = opening->key();
  facts.started_ns = now();
  const policy::Decided decided = judge(*context_.services.policy, facts, wall_ms());
  note_decision(*context_.services.policy, decided, facts);
  if (decided.ruling == policy::Ruling::kDeny) {
    deny(facts);
    send(reset_sender(syn));
    return;
  }
  auto flow = std::make_shared<Flow>(
      OpeningStage(std::move(facts), std::move(opening).value(), context_.held_hellos));
  flow->last_packet_ns = now();
  add(flow);
  context_.totals.add(Count::kConnections);
  on_opening_packet(flow, punt, syn);
}

void Engine::on_opening_packet(const FlowPtr& flow, const card::Punt& punt,
                               const wire::TcpPacket& packet) {
  std::vector<OpeningStage::Out> out;
  OpeningStage& opening = *flow->opening();
  OpeningOutcome outcome = opening.on_packet(packet, punt.meta.segment_size, out);
  while (outcome == OpeningOutcome::kNoRoom && make_room_for_hello(flow)) {
    outcome = opening.on_packet(packet, punt.meta.segment_size, out);
  }
  note_holding(flow);
  for (const OpeningStage::Out& frame : out) {
    (void)inject(card::InjectAs::kEgress, {frame.port, frame.segment_size}, frame.frame);
  }
  switch (outcome) {
    case OpeningOutcome::kWait:
      break;
    case OpeningOutcome::kHello:
      decide(flow);
      break;
    case OpeningOutcome::kNotTls:
      not_tls(flow);
      break;
    case OpeningOutcome::kBadHello:
      bad_hello(flow);
      break;
    case OpeningOutcome::kNoRoom:
      no_room_for_hello(flow);
      break;
    case OpeningOutcome::kClosed:
      remove(flow);
      break;
  }
}

void Engine::decide(const FlowPtr& flow) {
  FlowFacts& facts = flow->opening()->facts();
  const tls::ClientHello& hello = flow->opening()->hello();
  facts.server_name = hello.server_name.value_or("");
  facts.offered_version = tls_version_bit(hello);
  facts.known.hello = policy::Known::kYes;
  judge_opening(flow);
}

// REQUIRES: the hello is whole.
void Engine::judge_opening(const FlowPtr& flow) {
  FlowFacts& facts = flow->opening()->facts();
  policy::Decided decided = judge(*context_.services.policy, facts, wall_ms());
  if (decided.ruling == policy::Ruling::kNeedMore) {
    decided = judge_by_known_certificate(facts);
  }
  note_decision(*context_.services.policy, decided, facts);
  switch (decided.ruling) {
    case policy::Ruling::kDoNotDecrypt:
      bypass(flow, BypassReason::kPolicy, "");
      break;
    case policy::Ruling::kDeny:
      deny(facts);
      refuse(flow);
      break;
    case policy::Ruling::kDecrypt:
    case policy::Ruling::kNeedMore:  // the certificate decides, once the server has shown it
      decrypt(flow);
      break;
  }
}

// What a server showed lately decides only what needs no handshake; else the certificate that it
// shows now does.
policy::Decided Engine::judge_by_known_certificate(FlowFacts& facts) {
  facts.certificate = context_.certificates.find(facts, context_.services.verifier.epoch(), now());
  const policy::Decided decided = judge(*context_.services.policy, facts, wall_ms());
  if (decided.ruling == policy::Ruling::kDecrypt || decided.ruling == policy::Ruling::kNeedMore) {
    facts.certificate = nullptr;
    facts.certificate_pending = true;
  }
  return decided;
}

// Hello, certificate and HTTP will never be known; what the policy would decrypt passes.
void Engine::not_tls(const FlowPtr& flow) {
  FlowFacts& facts = flow->opening()->facts();
  facts.known = policy::Knowledge::never();
  const policy::Decided decided = judge(*context_.services.policy, facts, wall_ms());
  note_decision(*context_.services.policy, decided, facts);
  if (decided.ruling == policy::Ruling::kDeny) {
    deny(facts);
    refuse(flow);
    return;
  }
  context_.totals.add(Count::kNotTls);
  let_through(flow, BypassReason::kNotTls);
}

void Engine::bypass(const FlowPtr& flow, BypassReason reason, const std::string& why) {
  context_.totals.add(reason == BypassReason::kPolicy ? Count::kBypassed : Count::kUndecryptable);
  publish_bypassed(context_.services.hub, flow->opening()->facts(), why);
  let_through(flow, reason);
}

void Engine::inspect(const FlowPtr& flow, tls::ClientHello hello) {
  OpeningStage& opening = *flow->opening();
  Failure failure{events::Leg::kNone, events::Cause::kTakeoverFailed, "", "", {}};
  if (inspections_ >= context_.services.config.max_inspections) {
    failure.cause = events::Cause::kResourceLimit;
    failure.plain_error = "too many connections are being inspected";
  } else if (!opening.opening().established()) {
    failure.plain_error = "the TCP handshake was not seen whole";
  } else {
    auto started = Inspection::start(context_, opening.facts(), opening.opening(), *opening.held(),
                                     std::move(hello));
    if (started) {
      context_.totals.add(Count::kTakeovers);
      leave_opening(*flow);
      flow->stage = std::move(started).value();
      ++inspections_;
      flow->on_host = true;
      after_inspection(flow);
      return;
    }
    failure.plain_error = started.status().to_string();
  }
  context_.totals.add(Count::kTakeoversFailed);
  publish_abort(context_.services.hub, opening.facts(), failure, nullptr, nullptr);
  refuse(flow);
}

// The policy may leave it alone whatever it says; else it is what cannot be decrypted.
void Engine::bad_hello(const FlowPtr& flow) {
  OpeningStage& opening = *flow->opening();
  FlowFacts& facts = opening.facts();
  const policy::Decided decided = judge(*context_.services.policy, facts, wall_ms());
  note_decision(*context_.services.policy, decided, facts);
  if (decided.ruling == policy::Ruling::kDoNotDecrypt) {
    let_through(flow, BypassReason::kPolicy);
    return;
  }
  if (may_leave_alone(policy::Undecryptable::kUnknownHello) && opening.can_be_let_through()) {
    bypass(flow, BypassReason::kUndecryptable, "unreadable ClientHello: " + opening.error());
    return;
  }
  context_.totals.add(Count::kBadHello);
  const auto cause = opening.hello_too_large() ? events::Cause::kClientHelloTooLarge
                                               : events::Cause::kClientBadHello;
  const Failure failure{events::Leg::kClient, cause, "", opening.error(), {}};
  publish_abort(context_.services.hub, facts, failure, nullptr, nullptr);
  refuse(flow);
}

void Engine::refuse(const FlowPtr& flow) {
  send(reset_opening(flow->opening()->opening(), flow->opening()->client_next_sequence()));
  remove(flow);
}

void Engine::let_through(const FlowPtr& flow, BypassReason reason) {
  OpeningStage& opening = *flow->opening();
  wire::Assembler* held = opening.held();
  std::unique_ptr<wire::HelloKeeper> keeper;
  if (held != nullptr && held->acked_early()) {
    keeper = std::make_unique<wire::HelloKeeper>(opening.opening(), *held, context_.services.clock);
  }
  wire::HoldQueue frames(0);
  if (held != nullptr) {
    frames = held->take_frames();
  }
  const Config& config = context_.services.config;
  const uint32_t idle_timeout_ms =
      opening.opening().confirmed() ? config.idle_timeout_ms : config.odd_idle_timeout_ms;
  const wire::Opening began = opening.opening();
  const uint32_t client_next_sequence = opening.client_next_sequence();
  FlowFacts facts = opening.facts();
  leave_opening(*flow);
  flow->stage = BypassStage(std::move(facts), reason, std::move(keeper), idle_timeout_ms);
  flow->bypass()->begin_at(began, client_next_sequence);
  flow->position = host_bypasses_.insert(host_bypasses_.end(), flow);
  if (flow->bypass()->keeper() != nullptr) {
    watch(flow, false);
    run_keeper(flow);
    return;
  }
  install_forward(flow);
  const bool on_card = flow->facts().card_flow != 0;
  const card::Port from = flow->facts().key.ingress;
  while (!frames.empty()) {
    const wire::HeldFrame frame = frames.pop();
    (void)inject(on_card ? card::InjectAs::kReceived : card::InjectAs::kEgress,
                 {on_card ? from : opposite(from), frame.segment_size}, frame.frame);
  }
}

void Engine::install_forward(const FlowPtr& flow) {
  card::FlowSpec spec;
  spec.key = flow->facts().key;
  spec.action = card::Action::kForward;
  spec.idle_timeout_ms = flow->bypass()->idle_timeout_ms();
  auto installed = context_.services.card.install(spec);
  if (!installed && installed.status().code() == Code::kExhausted && make_room_on_card()) {
    installed = context_.services.card.install(spec);
  }
  // A full table is no reason to refuse: the packets then go through the host, one by one.
  if (installed) {
    flow->bypass()->facts().card_flow = *installed;
    by_card_flow_[*installed] = flow;
    card_bypasses_.splice(card_bypasses_.end(), host_bypasses_, flow->position);
  }
}

void Engine::run_keeper(const FlowPtr& flow) {
  wire::HelloKeeper& keeper = *flow->bypass()->keeper();
  const card::Port to = opposite(flow->facts().key.ingress);
  for (const std::vector<uint8_t>& frame : keeper.due()) {
    (void)inject(card::InjectAs::kEgress, {to, 0}, frame);
  }
  if (keeper.done()) {
    flow->bypass()->keeper_done();
    install_forward(flow);
  } else if (keeper.failed()) {
    reset_bypass(flow);
  }
}

void Engine::on_bypass_packet(const FlowPtr& flow, const card::Punt& punt,
                              const wire::TcpPacket& packet) {
  flow->bypass()->note(packet);
  if (flow->facts().card_flow == 0) {
    host_bypasses_.splice(host_bypasses_.end(), host_bypasses_, flow->position);
  }
  if (wire::HelloKeeper* keeper = flow->bypass()->keeper();
      keeper != nullptr && packet.key != flow->facts().key) {
    keeper->on_server_packet(packet);
    run_keeper(flow);
  }
  // Punted before the entry was there: the card must see it, lest it miss the connection's end.
  const bool on_card = flow->facts().card_flow != 0;
  (void)inject(on_card ? card::InjectAs::kReceived : card::InjectAs::kEgress,
               {on_card ? punt.meta.port : opposite(punt.meta.port), punt.meta.segment_size},
               punt.frame);
}

}  // namespace vitrine::session
