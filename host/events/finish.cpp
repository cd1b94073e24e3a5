#include "host/events/finish.h"

#include <variant>

#include "host/events/advice.h"
#include "host/events/fields.h"
#include "host/events/text.h"

namespace vitrine::events {

void finish(Event& event, const std::string& device_name, const std::string& device_type) {
  for (const Field& field : fields()) {
    const FieldRef ref = field.ref(event);
    if (auto* const* text = std::get_if<std::string*>(&ref)) {
      **text = printable(**text);
    }
  }
  if (event.type == EventType::kSystem || event.type == EventType::kConfigurationChange) {
    event.application = Application{"", "", ""};
    event.transaction.component_name.clear();
  }
  const Transaction& bytes = event.transaction;
  if (!bytes.total_bytes && bytes.bytes_sent && bytes.bytes_received) {
    event.transaction.total_bytes = *bytes.bytes_sent + *bytes.bytes_received;
  }
  if (event.device.name.empty()) {
    event.device.name = device_name;
  }
  if (event.device.type.empty()) {
    event.device.type = device_type;
  }
  if (event.inspection.advice.empty()) {
    event.inspection.advice = advice_for(event);
  }
}

}  // namespace vitrine::events
