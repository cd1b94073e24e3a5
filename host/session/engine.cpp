// Stages of a punted packet: (1) find its flow, (2) give it to the flow's stage, (3) act on the
// outcome. Decisions and their consequences are in engine_decide.cpp, the policy in
// engine_policy.cpp, time in engine_clock.cpp.
#include "host/session/engine.h"

#include <utility>

#include "host/session/engine_flow.h"
#include "host/wire/tcp_packet.h"

namespace vitrine::session {
namespace {

constexpr size_t kPollBudget = 64;
constexpr size_t kStackBudget = 256;

}  // namespace

Engine::Engine(Services services)
    : context_(std::move(services), *this),
      card_ready_(context_.services.io, context_.services.card.ready_fd()),
      stack_ready_(context_.services.io, context_.services.stack.fd()),
      tick_timer_(context_.services.io),
      next_id_(static_cast<uint64_t>(context_.services.clock.wall_ms()) & 0xffffff) {
  context_.make_room_on_card = [this] { return make_room_on_card(); };
  context_.on_failed_handshake = [this](const FlowFacts& flow, const Failure& failure) {
    note_failure(flow, failure);
  };
}

Engine::~Engine() {
  // The descriptors belong to the card and the stack.
  card_ready_.release();
  stack_ready_.release();
}

void Engine::start() {
  wait_for_card();
  wait_for_stack();
  schedule_tick();
}

void Engine::wait_for_card() {
  card_ready_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                         [this](const boost::system::error_code& error) {
                           if (!error) {
                             serve();
                             wait_for_card();
                           }
                         });
}

void Engine::wait_for_stack() {
  stack_ready_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                          [this](const boost::system::error_code& error) {
                            if (!error) {
                              serve();
                              wait_for_stack();
                            }
                          });
}

void Engine::serve() {
  context_.services.card.poll(*this, kPollBudget);
  context_.connections.poll(context_.services.stack, kStackBudget);
  context_.services.card.flush();
}

Status Engine::inject(card::InjectAs how, const card::FrameMeta& meta, Bytes frame) {
  Status injected = context_.services.card.inject(how, meta, frame);
  if (!injected) {
    context_.totals.add(Count::kInjectFull);
  }
  return injected;
}

void Engine::send(const std::vector<ResetFrame>& frames) {
  for (const ResetFrame& reset : frames) {
    (void)inject(card::InjectAs::kEgress, {reset.port, 0}, reset.frame);
  }
}

Engine::FlowPtr Engine::find(const card::FlowKey& key) const {
  const auto it = by_key_.find(key);
  return it == by_key_.end() ? nullptr : it->second;
}

void Engine::add(const FlowPtr& flow) {
  const FlowFacts& facts = flow->facts();
  by_key_[facts.key] = flow;
  by_key_[facts.key.reversed()] = flow;
  by_id_[facts.id] = flow;
  flow->position = openings_.insert(openings_.end(), flow);
}

// The host's limit is for connections that it works on; the card's table limits the others.
void Engine::leave_host(Flow& flow) {
  if (std::exchange(flow.on_host, false)) {
    --inspections_;
  }
}

void Engine::leave_opening(Flow& flow) {
  openings_.erase(flow.position);
  if (std::exchange(flow.holding, false)) {
    holding_.erase(flow.holding_position);
  }
}

// `flow` must not be an element of one of the lists, which lose it here.
void Engine::remove(const FlowPtr& flow) {
  const FlowFacts& facts = flow->facts();
  if (flow->opening() != nullptr) {
    leave_opening(*flow);
  } else if (flow->bypass() != nullptr) {
    (facts.card_flow != 0 ? card_bypasses_ : host_bypasses_).erase(flow->position);
  }
  leave_host(*flow);
  if (find(facts.key) == flow) {
    by_key_.erase(facts.key);
    by_key_.erase(facts.key.reversed());
  }
  if (facts.card_flow != 0) {
    by_card_flow_.erase(facts.card_flow);
  }
  by_id_.erase(facts.id);
}

void Engine::on_punt(const card::Punt& punt) {
  if (punt.reason == card::PuntReason::kFragment ||
      punt.reason == card::PuntReason::kExtensionHeader) {
    on_unclassified(punt);
    return;
  }
  const auto packet = wire::parse_frame(punt.frame, punt.meta.port);
  if (!packet) {
    on_other_protocol(punt);
    return;
  }
  if (punt.reason == card::PuntReason::kDeadFlow) {
    send(reset_sender(*packet));
    return;
  }
  const FlowPtr flow = find(packet->key);
  if (flow == nullptr) {
    on_unknown(punt, *packet);
    return;
  }
  flow->last_packet_ns = now();
  if (flow->opening() != nullptr) {
    on_opening_packet(flow, punt, *packet);
  } else if (flow->bypass() != nullptr) {
    on_bypass_packet(flow, punt, *packet);
  } else {
    flow->inspection()->from_wire(card::direction_from(punt.meta.port), punt.meta, punt.frame);
    after_inspection(flow);
  }
}

void Engine::on_unknown(const card::Punt& punt, const wire::TcpPacket& packet) {
  if (packet.has(wire::kSyn) && !packet.has(wire::kAck)) {
    begin(punt, packet);
    return;
  }
  context_.totals.add(Count::kMidstream);
  if (context_.services.config.reset_midstream) {
    send(reset_sender(packet));
  } else {
    (void)inject(card::InjectAs::kEgress, {opposite(punt.meta.port), punt.meta.segment_size},
                 punt.frame);
  }
}

void Engine::on_event(const card::FlowEvent& event) {
  const auto it = by_card_flow_.find(event.flow);
  if (it == by_card_flow_.end()) {
    return;
  }
  const FlowPtr flow = it->second;
  Inspection* inspection = flow->inspection();
  if (event.type == card::FlowEvent::Type::kKeyUpdate) {
    if (inspection != nullptr) {
      // Without new keys the card lets nothing past the next KeyUpdate, so both ends would wait.
      if (const Status renewed = inspection->on_key_update(event); !renewed) {
        end_splice(flow, events::Cause::kKeysFailed, renewed.message());
      }
    }
    return;
  }
  by_card_flow_.erase(it);
  if (inspection != nullptr) {
    const bool killed = event.reason != card::CloseReason::kFin &&
                        event.reason != card::CloseReason::kReset &&
                        event.reason != card::CloseReason::kIdle;
    if (killed) {
      send(reset_spliced(inspection->facts(), event.stats));
    }
    inspection->on_splice_closed(event);
  }
  remove(flow);
}

// REQUIRES: the card has the flow, as a splice.
void Engine::end_splice(const FlowPtr& flow, events::Cause cause, const std::string& text) {
  Inspection& inspection = *flow->inspection();
  const card::FlowId id = inspection.facts().card_flow;
  by_card_flow_.erase(id);
  if (const auto stats = context_.services.card.remove(id)) {
    send(reset_spliced(inspection.facts(), *stats));
    inspection.end_splice(cause, text, *stats);
  } else {
    inspection.kill(cause, text);
  }
  remove(flow);
}

void Engine::after_inspection(const FlowPtr& flow) {
  Inspection* inspection = flow->inspection();
  if (inspection == nullptr) {
    return;
  }
  if (inspection->facts().card_flow != 0) {
    by_card_flow_[inspection->facts().card_flow] = flow;
    leave_host(*flow);
  } else if (inspection->over()) {
    remove(flow);
    return;
  }
  if (inspection->needs_clock()) {
    watch(flow, inspection->urgent());
  }
}

}  // namespace vitrine::session
