#include "host/takeover/connection_table.h"

#include <string_view>

#include "host/wire/tcp_packet.h"

namespace vitrine::takeover {
namespace {

size_t hash(const Endpoint& endpoint) {
  return std::hash<std::string_view>()(as_text(endpoint.address.view())) * 31 + endpoint.port;
}

Endpoint source(const card::FlowKey& key) { return {key.source, key.source_port}; }
Endpoint destination(const card::FlowKey& key) { return {key.destination, key.destination_port}; }

}  // namespace

size_t ConnectionTable::TupleHash::operator()(const Tuple& tuple) const {
  return hash(tuple.client) * 0x9e3779b97f4a7c15ULL + hash(tuple.server);
}

Status ConnectionTable::insert(Connection& connection) {
  const card::FlowKey& key = connection.key();
  if (!connections_.emplace(Tuple{source(key), destination(key)}, &connection).second) {
    return {Code::kAlreadyExists, "four-tuple is taken over already"};
  }
  return Status::ok();
}

void ConnectionTable::erase(const Connection& connection) {
  const card::FlowKey& key = connection.key();
  const auto found = connections_.find({source(key), destination(key)});
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
    const Endpoint from = source(parsed->key);
    const Endpoint to = destination(parsed->key);
    auto found = connections_.find({to, from});  // the server's part, toward the client
    if (found == connections_.end()) {
      found = connections_.find({from, to});
    }
    if (found != connections_.end()) {
      found->second->from_stack(*parsed, packet.segment_size);
      return;
    }
  }
  ++strays_;
}

}  // namespace vitrine::takeover
