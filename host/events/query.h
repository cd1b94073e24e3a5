// Which events someone wants: the same filters in the store, the API, and for live followers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/base/status.h"
#include "host/events/event.h"
#include "host/events/field_filter.h"

namespace vitrine::events {

struct EventQuery {
  static constexpr uint32_t kDefaultLimit = 100;
  static constexpr uint32_t kMaxLimit = 10'000;

  std::optional<EventType> type;
  std::optional<Cause> cause;
  std::optional<std::string> source_ip;
  std::optional<std::string> destination_ip;
  std::optional<std::string> host;
  std::vector<FieldFilter> fields;  // all of them; without an index of their own but for few
  EventId after_id = 0;             // only ids above it
  int64_t since_ms = 0;             // only events at or after this time
  uint32_t limit = kDefaultLimit;   // the newest that match; handed out oldest first

  // All filters but the limit.
  bool matches(const Event& event) const;
};

// How many events have a value of a field.
struct ValueCount {
  std::string value;  // "" not known
  uint64_t events = 0;
};

}  // namespace vitrine::events
