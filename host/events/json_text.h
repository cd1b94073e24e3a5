// An event's JSON as text, made without a tree in between: the writer thread's way, twice a
// connection.
#pragma once

#include <string>

#include "host/events/event.h"

namespace vitrine::events {

// The same value as to_json(event, JsonFields::kKnownOnly) serialized. REQUIRES: texts are UTF-8.
std::string json_text(const Event& event);

}  // namespace vitrine::events
