// The event's fields: the one list of names, labels and order.
//
// Store, event sheet, JSON, EVE and the API are all driven by it; a field added here (and to Event)
// shows everywhere. Names are stable; labels are the operator's words.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "host/events/event.h"

namespace vitrine::events {

using FieldRef =
    std::variant<std::string*, std::optional<uint64_t>*, std::optional<bool>*, Leg*, Cause*>;
using ConstFieldRef = std::variant<const std::string*, const std::optional<uint64_t>*,
                                   const std::optional<bool>*, const Leg*, const Cause*>;

struct Field {
  std::string_view group;        // "source"
  std::string_view group_label;  // "Source"
  std::string_view name;         // "ip_address"; unique in its group
  std::string_view label;        // "IP address"
  FieldRef (*ref)(Event& event);
  ConstFieldRef (*const_ref)(const Event& event);
};

// Groups are contiguous.
std::span<const Field> fields();

// The field as people read it: text, decimal number, Yes/No; "" where not known.
std::string text_of(const Event& event, const Field& field);

}  // namespace vitrine::events
