#include "host/events/query.h"

#include <algorithm>

namespace vitrine::events {
namespace {

template <typename Wanted, typename Actual>
bool fits(const std::optional<Wanted>& wanted, const Actual& actual) {
  return !wanted || *wanted == actual;
}

}  // namespace

bool EventQuery::matches(const Event& event) const {
  return event.id > after_id && event.time_ms >= since_ms && fits(type, event.type) &&
         fits(cause, event.inspection.cause) && fits(source_ip, event.source.ip_address) &&
         fits(destination_ip, event.destination.ip_address) && fits(host, event.destination.host) &&
         std::all_of(fields.begin(), fields.end(),
                     [&event](const FieldFilter& filter) { return filter.matches(event); });
}

}  // namespace vitrine::events
