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

}  // namespace vitrine::session
