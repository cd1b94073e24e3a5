// Finds the taken-over connection that a packet of the stack belongs to, by its four-tuple.
//
// Does not own the connections. Not thread-safe. Two connections with the same addresses and ports
// on different VLANs cannot be taken over at the same time: the stack has no VLANs.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "host/base/status.h"
#include "host/card/flow_hash.h"
#include "host/takeover/connection.h"
#include "host/takeover/stack.h"

namespace vitrine::takeover {

class ConnectionTable {
 public:
  // kAlreadyExists where the four-tuple is taken.
  Status insert(Connection& connection);
  void erase(const Connection& connection);
  size_t size() const { return connections_.size(); }

  // Reads at most `budget` packets of the stack and gives each to its connection; packets of none
  // are dropped. Returns how many were read.
  size_t poll(Stack& stack, size_t budget);

 private:
  void dispatch(const StackPacket& packet);

  // By the client's packets' four-tuple: ingress and VLAN left as they are by default.
  std::unordered_map<card::FlowKey, Connection*, card::FlowKeyHash> connections_;
};

}  // namespace vitrine::takeover
