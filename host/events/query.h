// Which events someone wants: the same filters in the store, the API, and for live followers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "host/base/status.h"
#include "host/events/event.h"

namespace vitrine::events {

struct EventQuery {
  static constexpr uint32_t kDefaultLimit = 100;
  static constexpr uint32_t kMaxLimit = 10'000;

  std::optional<EventType> type;
  std::optional<Cause> cause;
  std::optional<std::string> source_ip;
  std::optional<std::string> destination_ip;
  std::optional<std::string> host;
  EventId after_id = 0;            // only ids above it
  int64_t since_ms = 0;            // only events at or after this time
  uint32_t limit = kDefaultLimit;  // the newest that match; handed out oldest first

  // All filters but the limit.
  bool matches(const Event& event) const;
};

}  // namespace vitrine::events
