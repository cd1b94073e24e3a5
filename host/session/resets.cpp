#include "host/session/resets.h"

#include <algorithm>
#include <array>
#include <set>

#include "host/wire/tcp_build.h"

namespace vitrine::session {
namespace {

wire::Segment reset_segment(const Endpoint& from, const Endpoint& to, uint32_t sequence,
                            uint32_t acknowledgement) {
  wire::Segment segment;
  segment.source = from;
  segment.destination = to;
  segment.sequence = sequence;
  segment.acknowledgement = acknowledgement;
  segment.flags = wire::kRst | wire::kAck;
  return segment;
}

// The link header for frames that go back to the sender of `packet`: its addresses exchanged.
wire::LinkTemplate link_back(const wire::TcpPacket& packet) {
  std::vector<uint8_t> header(packet.link().begin(), packet.link().end());
  std::swap_ranges(header.begin(), header.begin() + 6, header.begin() + 6);
  return wire::LinkTemplate(header);
}

}  // namespace

std::vector<ResetFrame> reset_sender(const wire::TcpPacket& packet) {
  if (packet.has(wire::kRst)) {
    return {};
  }
  const Endpoint sender{packet.key.source, packet.key.source_port};
  const Endpoint other{packet.key.destination, packet.key.destination_port};
  const uint32_t sequence = packet.has(wire::kAck) ? packet.acknowledgement : 0;
  const wire::Segment segment = reset_segment(other, sender, sequence, packet.end());
  return {{packet.key.ingress, wire::build_frame(link_back(packet), segment)}};
}

std::vector<ResetFrame> reset_opening(const wire::Opening& opening, uint32_t client_next_sequence) {
  const wire::End& client = opening.client();
  const wire::End& server = opening.server();
  std::vector<ResetFrame> frames;
  const card::Port client_port = opening.key().ingress;
  if (server.link.known()) {
    const auto to_client =
        reset_segment(server.endpoint, client.endpoint, server.next_sequence, client_next_sequence);
    frames.push_back({client_port, wire::build_frame(server.link, to_client)});
  }
  const auto to_server =
      reset_segment(client.endpoint, server.endpoint, client.next_sequence, server.next_sequence);
  frames.push_back({opposite(client_port), wire::build_frame(client.link, to_server)});
  return frames;
}

std::vector<ResetFrame> reset_spliced(const FlowFacts& facts, const card::FlowStats& stats) {
  std::vector<ResetFrame> frames;
  const std::array<Endpoint, 2> ends = {facts.client(), facts.server()};
  for (size_t i = 0; i < 2; ++i) {
    const auto from = i == 0 ? facts.client_direction() : card::opposite(facts.client_direction());
    const auto& sent = stats.directions[card::index(from)];
    const auto& received = stats.directions[card::index(card::opposite(from))];
    const uint32_t delta = facts.deltas[card::index(card::opposite(from))];
    // The other end has sent nothing through the card yet where no packet was counted.
    const uint32_t let_through =
        received.packets != 0 ? received.next_sequence + delta : sent.last_acknowledgement;
    const card::Port port = i == 0 ? facts.key.ingress : opposite(facts.key.ingress);
    if (!facts.links[1 - i].known()) {
      continue;
    }
    for (const uint32_t sequence : std::set{sent.last_acknowledgement, let_through}) {
      const auto segment = reset_segment(ends[1 - i], ends[i], sequence, sent.next_sequence);
      frames.push_back({port, wire::build_frame(facts.links[1 - i], segment)});
    }
  }
  return frames;
}

}  // namespace vitrine::session
