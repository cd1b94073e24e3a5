#include "host/card/driver/flow_registry.h"

#include <string>

namespace vitrine::card::driver {

FlowRegistry::FlowRegistry(uint32_t max_flows, uint32_t contexts, uint32_t connections)
    : max_flows_(max_flows), contexts_(contexts) {
  // Taken from the back: the lowest first.
  for (uint32_t i = connections; i > contexts; --i) {
    free_plain_.push_back(static_cast<uint16_t>(i - 1));
  }
  for (uint32_t i = contexts; i > 0; --i) {
    free_splice_.push_back(static_cast<uint16_t>(i - 1));
  }
}

Result<FlowHandle> FlowRegistry::add(const FlowSpec& spec) {
  const bool spliced = spec.splice.has_value();
  std::vector<uint16_t>& free = spliced || free_plain_.empty() ? free_splice_ : free_plain_;
  if (flows_.size() >= max_flows_ || free.empty()) {
    return {Code::kExhausted,
            spliced && flows_.size() < max_flows_
                ? "install: all " + std::to_string(contexts_) + " splices of the card are in use"
                : "install: the flow table is full (" + std::to_string(flows_.size()) +
                      " connections)"};
  }
  const FlowHandle handle{next_id_++, free.back()};
  free.pop_back();
  flows_.emplace(handle.id,
                 RegisteredFlow{handle, spec.key, spliced,
                                spliced ? spec.splice->version : TlsVersion::kTls13, false});
  return handle;
}

const RegisteredFlow* FlowRegistry::find(FlowId flow) const {
  const auto found = flows_.find(flow);
  return found == flows_.end() ? nullptr : &found->second;
}

void FlowRegistry::mark_closed(FlowId flow) {
  const auto found = flows_.find(flow);
  if (found != flows_.end() && !found->second.closed) {
    found->second.closed = true;
    closed_.push_back(flow);
  }
}

void FlowRegistry::forget(FlowId flow) {
  const auto found = flows_.find(flow);
  if (found == flows_.end()) {
    return;
  }
  const uint16_t connection = found->second.handle.connection;
  (connection < contexts_ ? free_splice_ : free_plain_).push_back(connection);
  flows_.erase(found);
}

FlowId FlowRegistry::next_closed() {
  while (!closed_.empty()) {
    const FlowId flow = closed_.front();
    closed_.pop_front();
    if (find(flow) != nullptr) {
      closed_.push_back(flow);
      return flow;
    }
  }
  return 0;
}

std::vector<FlowId> FlowRegistry::ids() const {
  std::vector<FlowId> out;
  out.reserve(flows_.size());
  for (const auto& [id, flow] : flows_) {
    out.push_back(id);
  }
  return out;
}

}  // namespace vitrine::card::driver
