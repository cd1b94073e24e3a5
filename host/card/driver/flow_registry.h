// The host's list of the connections on a card: their ids, where the card keeps them, their keys.
//
// Indices below the number of splice contexts are for spliced connections; others use them only
// where they have no place left. An entry whose closed event has been handed out lingers on the
// card and goes by itself: its index stays taken until forget(). Threads: one at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "host/base/status.h"
#include "host/card/flow_image.h"
#include "host/card/types.h"

namespace vitrine::card::driver {

struct RegisteredFlow {
  FlowHandle handle;
  FlowKey key;
  bool spliced = false;
  TlsVersion version = TlsVersion::kTls13;
  bool closed = false;
};

class FlowRegistry {
 public:
  // The card has indices 0 ... connections - 1; the first `contexts` of them can splice.
  FlowRegistry(uint32_t max_flows, uint32_t contexts, uint32_t connections);

  // A new id and an index of its own. kExhausted.
  Result<FlowHandle> add(const FlowSpec& spec);
  // nullptr where there is none (any more).
  const RegisteredFlow* find(FlowId flow) const;
  // Whether the id was ever given out: what a card may speak of.
  bool has_been(FlowId flow) const { return flow < next_id_; }
  void mark_closed(FlowId flow);
  // The entry is not on the card: the index is free.
  void forget(FlowId flow);

  // The closed flow that has waited longest, 0 where none has; it goes to the end of the queue.
  FlowId next_closed();
  size_t closed() const { return closed_.size(); }
  std::vector<FlowId> ids() const;

 private:
  const uint32_t max_flows_;
  const uint32_t contexts_;
  std::vector<uint16_t> free_splice_;
  std::vector<uint16_t> free_plain_;
  std::unordered_map<FlowId, RegisteredFlow> flows_;
  std::deque<FlowId> closed_;  // may hold some that have been forgotten
  FlowId next_id_ = 1;
};

}  // namespace vitrine::card::driver
