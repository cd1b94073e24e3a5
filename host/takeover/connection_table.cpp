#include "host/takeover/connection_table.h"

#include "host/wire/tcp_packet.h"

namespace vitrine::takeover {
namespace {

// The four-tuple of a packet alone; as the client sends it where `key` is of one of its packets.
card::FlowKey tuple_of(const card::FlowKey& key) {
  card::FlowKey tuple;
  tuple.source = key.source;
  tuple.destination = key.destination;
  tuple.source_port = key.source_port;
  tuple.destination_port = key.destination_port;
  return tuple;
}

}  // namespace

Status ConnectionTable::insert(Connection& connection) {
  if (!connections_.emplace(tuple_of(connection.key()), &connection).second) {
    return {Code::kAlreadyExists, "four-tuple is taken over already"};
  }
  return Status::ok();
}

void ConnectionTable::erase(const Connection& connection) {
  const auto found = connections_.find(tuple_of(connection.key()));
  if (found != connections_.end() && found->second == &connection) {
    connections_.erase(found);
  }
}

size_t ConnectionTable::poll(Stack& stack, size_t budget) {
  return stack.read([this](const StackPacket& packet) { dispatch(packet); }, budget);
}

void ConnectionTable::dispatch(const StackPacket& packet) {
  const auto parsed = wire::parse_ip(packet.ip, card::Port::kHost);
  if (parsed) {
    // The server's part, toward the client; else the client's, toward the server.
    auto found = connections_.find(tuple_of(parsed->key.reversed()));
    if (found == connections_.end()) {
      found = connections_.find(tuple_of(parsed->key));
    }
    if (found != connections_.end()) {
      found->second->from_stack(*parsed, packet.segment_size);
      return;
    }
  }
}

}  // namespace vitrine::takeover
