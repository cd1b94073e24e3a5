// Time in the engine: ticks of busy flows, expiry, drain, and the view for the API.
#include <algorithm>
#include <utility>

#include "host/session/engine.h"
#include "host/session/engine_flow.h"

namespace vitrine::session {
namespace {

constexpr auto kUrgentTick = std::chrono::milliseconds(2);
constexpr auto kBusyTick = std::chrono::milliseconds(20);
constexpr auto kIdleTick = std::chrono::milliseconds(250);
constexpr uint64_t kSweepNs = 1'000 * kMs;
constexpr uint64_t kFarewellNs = 200 * kMs;

}  // namespace

void Engine::watch(const FlowPtr& flow, bool urgent) {
  const bool was_idle = busy_.empty();
  if (!flow->busy) {
    flow->busy = true;
    busy_.push_back(flow);
  }
  if (was_idle || (urgent && !urgent_tick_)) {
    urgent_tick_ = urgent;
    schedule_tick();
  }
}

void Engine::schedule_tick() {
  tick_timer_.expires_after(urgent_tick_ ? kUrgentTick : busy_.empty() ? kIdleTick : kBusyTick);
  tick_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) {
      on_tick();
    }
  });
}

void Engine::on_tick() {
  urgent_tick_ = false;
  context_.services.card.heartbeat();
  for (auto it = busy_.begin(); it != busy_.end();) {
    const FlowPtr flow = it->lock();
    bool keep = false;
    if (flow != nullptr && flow->inspection() != nullptr) {
      Inspection& inspection = *flow->inspection();
      inspection.tick();
      after_inspection(flow);
      keep = inspection.needs_clock();
      urgent_tick_ |= inspection.urgent();
    } else if (flow != nullptr && flow->bypass() != nullptr &&
               flow->bypass()->keeper() != nullptr) {
      run_keeper(flow);
      keep = flow->bypass()->keeper() != nullptr && !flow->bypass()->keeper()->failed();
    }
    if (flow != nullptr) {
      flow->busy = keep;
    }
    it = keep ? std::next(it) : busy_.erase(it);
  }
  if (now() >= next_sweep_ns_) {
    follow_schedule();
    sweep();
    next_sweep_ns_ = now() + kSweepNs;
  }
  serve();
  const bool shaking = std::any_of(busy_.begin(), busy_.end(), [](const std::weak_ptr<Flow>& weak) {
    const FlowPtr flow = weak.lock();
    return flow != nullptr && flow->facts().state == api::FlowState::kHandshake;
  });
  if (draining_ && drained_ && farewell_ns_ == 0 && (!shaking || now() >= drain_deadline_ns_)) {
    end_all(events::Cause::kShutdown, "the appliance stopped");
    // An end that had more in flight than was known does not believe its reset; what it sends
    // instead gets one that it must believe.
    farewell_ns_ = now() + kFarewellNs;
  }
  if (drained_ && farewell_ns_ != 0 && now() >= farewell_ns_) {
    std::exchange(drained_, nullptr)();
    return;
  }
  schedule_tick();
}

// Openings are in order of age, but an established one waits longer than a half-open one, so all
// are looked at; the table is bounded and the sweep runs once a second.
void Engine::sweep() {
  const Config& config = context_.services.config;
  std::vector<FlowPtr> expired;
  for (const FlowPtr& flow : openings_) {
    const uint64_t limit_ms = flow->opening()->opening().established()
                                  ? config.hello_timeout_ms
                                  : config.half_open_timeout_ms;
    if (now() - flow->last_packet_ns >= limit_ms * kMs) {
      expired.push_back(flow);
    }
  }
  for (const FlowPtr& flow : expired) {
    context_.totals.add(Count::kOpeningsExpired);
    refuse(flow);
  }
  for (auto it = by_id_.begin(); it != by_id_.end();) {
    const FlowPtr flow = (it++)->second;
    if (flow->inspection() != nullptr && !flow->busy) {
      flow->inspection()->tick();
      after_inspection(flow);
      continue;
    }
    const bool forgotten = flow->bypass() != nullptr && flow->facts().card_flow == 0 &&
                           flow->bypass()->keeper() == nullptr &&
                           now() - flow->last_packet_ns >= flow->bypass()->idle_timeout_ms() * kMs;
    if (forgotten) {
      remove(flow);
    }
  }
}

void Engine::drain(uint32_t timeout_ms, std::function<void()> done) {
  draining_ = true;
  drained_ = std::move(done);
  drain_deadline_ns_ = now() + timeout_ms * kMs;
  schedule_tick();
}

void Engine::end_all(events::Cause cause, const std::string& text) {
  std::vector<FlowPtr> flows;
  for (const auto& [id, flow] : by_id_) {
    flows.push_back(flow);
  }
  for (const FlowPtr& flow : flows) {
    if (Inspection* inspection = flow->inspection()) {
      if (inspection->facts().card_flow != 0) {
        end_splice(flow, cause, text);
      } else {
        inspection->kill(cause, text);
        remove(flow);
      }
    }
  }
  context_.services.card.flush();
}

Snapshot Engine::snapshot(size_t max_rows) const {
  Snapshot snapshot;
  for (const auto& [id, flow] : by_id_) {
    const FlowFacts& facts = flow->facts();
    ++snapshot.flows[static_cast<size_t>(facts.state)];
    if (snapshot.rows.size() >= max_rows) {
      continue;
    }
    api::FlowRow row{
        facts.id,           facts.client(),       facts.server(),       facts.server_name,
        facts.state,        facts.client_version, facts.server_version, facts.client_suite,
        facts.server_suite, facts.alpn,           facts.relay_reason};
    row.host_bytes = facts.host_bytes;
    row.age_ms = (now() - facts.started_ns) / kMs;
    if (const auto stats = context_.services.card.flow_stats(facts.card_flow);
        facts.card_flow != 0 && stats) {
      const size_t up = card::index(facts.client_direction());
      for (const size_t d : {up, 1 - up}) {
        row.card_packets[d == up ? 0 : 1] = stats->directions[d].packets;
        row.card_bytes[d == up ? 0 : 1] = facts.state == api::FlowState::kSpliced
                                              ? stats->directions[d].new_payload_bytes
                                              : stats->directions[d].payload_bytes;
      }
    }
    snapshot.rows.push_back(std::move(row));
  }
  snapshot.configuration_version = context_.services.policy->version;
  snapshot.counts = context_.totals.counts();
  snapshot.relay_reasons = context_.totals.relay_reasons();
  snapshot.handshakes_completed = context_.totals.get(Count::kHandshakesCompleted);
  snapshot.handshakes_failed = context_.totals.get(Count::kHandshakesFailed);
  snapshot.handovers = context_.totals.get(Count::kHandovers);
  snapshot.handovers_retried = context_.totals.get(Count::kHandoversRetried);
  snapshot.handovers_failed = context_.totals.get(Count::kHandoversFailed);
  return snapshot;
}

}  // namespace vitrine::session
