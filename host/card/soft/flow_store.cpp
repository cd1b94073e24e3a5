#include "host/card/soft/flow_store.h"

#include <algorithm>

namespace vitrine::card::soft {

FlowStore::FlowStore(uint32_t max_flows, SipKey seed, uint64_t now_ns)
    : table_(size_t{max_flows} * 2, seed), wheel_(max_flows, now_ns), flows_(max_flows) {
  free_slots_.reserve(max_flows);
  for (uint32_t slot = max_flows; slot > 0; --slot) {
    free_slots_.push_back(slot - 1);
  }
}

Flow* FlowStore::find(const FlowKey& key) {
  const uint32_t slot = table_.find(key);
  return slot == FlowTable::kNone ? nullptr : flows_[slot].get();
}

Flow* FlowStore::by_id(FlowId id) {
  const auto slot = static_cast<size_t>(id & ((1U << kSlotBits) - 1));
  if (slot >= flows_.size() || !flows_[slot] || flows_[slot]->id != id) {
    return nullptr;
  }
  return flows_[slot].get();
}

Result<Flow*> FlowStore::add(const FlowSpec& spec, std::unique_ptr<Splicer> splicer,
                             uint64_t now_ns) {
  const FlowKey reversed = spec.key.reversed();
  if (table_.find(spec.key) != FlowTable::kNone || table_.find(reversed) != FlowTable::kNone) {
    return {Code::kAlreadyExists, "flow table: the connection has an entry already"};
  }
  if (free_slots_.empty()) {
    return {Code::kExhausted, "flow table: full"};
  }
  const uint32_t slot = free_slots_.back();
  if (!table_.insert_pair(spec.key, slot, reversed, slot)) {
    return {Code::kExhausted, "flow table: no place for the key"};
  }
  free_slots_.pop_back();
  auto flow = std::make_unique<Flow>();
  flow->id = next_serial_++ << kSlotBits | slot;
  flow->slot = slot;
  flow->key = spec.key;
  flow->action = spec.action;
  flow->idle_timeout_ns = uint64_t{spec.idle_timeout_ms} * 1'000'000;
  flow->last_seen_ns = now_ns;
  flow->splicer = std::move(splicer);
  flows_[slot] = std::move(flow);
  arm(*flows_[slot], now_ns + flows_[slot]->idle_timeout_ns);
  return flows_[slot].get();
}

void FlowStore::erase(Flow& flow) {
  const uint32_t slot = flow.slot;
  table_.erase(flow.key);
  table_.erase(flow.key.reversed());
  wheel_.cancel(slot);
  free_slots_.push_back(slot);
  flows_[slot].reset();
}

std::vector<FlowId> FlowStore::ids() const {
  std::vector<FlowId> out;
  for (const auto& flow : flows_) {
    if (flow) {
      out.push_back(flow->id);
    }
  }
  return out;
}

}  // namespace vitrine::card::soft
