// Hash tables over flow keys: a key as bytes, and a keyed hash of it.
//
// Peers choose addresses and ports, so an unkeyed hash would let them choose collisions. Every
// FlowKeyHash draws its own key. Threads: any.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "host/base/siphash.h"
#include "host/card/types.h"

namespace vitrine::card {

// Ingress, protocol, IP version, VLAN ids, ports and addresses; equal where the keys are. The rest
// is zero.
using PackedFlowKey = std::array<uint8_t, 48>;
PackedFlowKey pack(const FlowKey& key);

// For std::unordered_map.
class FlowKeyHash {
 public:
  explicit FlowKeyHash(const SipKey& secret) : secret_(secret) {}
  // With a key of its own. Aborts where the system has no random numbers: no table is better than
  // one that a peer can slow down.
  FlowKeyHash();

  size_t operator()(const FlowKey& key) const { return siphash(secret_, pack(key)); }

 private:
  SipKey secret_;
};

}  // namespace vitrine::card
