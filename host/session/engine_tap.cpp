// What the card tells of the content of splices, to the connection that it belongs to.
#include "host/session/engine.h"
#include "host/session/engine_flow.h"

namespace vitrine::session {

void Engine::on_tap_bytes(const card::TapBytes& tap) {
  const auto it = by_card_flow_.find(tap.flow);
  if (it == by_card_flow_.end()) {
    return;
  }
  if (Inspection* inspection = it->second->inspection()) {
    inspection->on_tap_bytes(tap);
  }
}

void Engine::on_tap_record(const card::TapRecord& record) {
  const auto it = by_card_flow_.find(record.flow);
  if (it == by_card_flow_.end()) {
    return;
  }
  if (Inspection* inspection = it->second->inspection()) {
    inspection->on_tap_record(record);
  }
}

}  // namespace vitrine::session
