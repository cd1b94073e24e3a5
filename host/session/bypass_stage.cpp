#include "host/session/bypass_stage.h"

namespace vitrine::session {

void BypassStage::note(const wire::TcpPacket& packet) {
  card::DirectionStats& stats =
      seen_.directions[card::index(card::direction_from(packet.key.ingress))];
  const uint32_t end = packet.end();
  stats.next_sequence = stats.packets == 0 ? end : wire::seq_max(stats.next_sequence, end);
  ++stats.packets;
  if (packet.has(wire::kAck)) {
    stats.last_acknowledgement = packet.acknowledgement;
  }
}

void BypassStage::begin_at(const wire::Opening& opening, uint32_t client_next_sequence) {
  auto& up = seen_.directions[card::index(opening.client_direction())];
  auto& down = seen_.directions[card::index(card::opposite(opening.client_direction()))];
  up.packets = down.packets = 1;
  up.next_sequence = client_next_sequence;
  up.last_acknowledgement = opening.server().next_sequence;
  down.next_sequence = opening.server().next_sequence;
  down.last_acknowledgement = opening.client().next_sequence;
}

}  // namespace vitrine::session
