// What the operator should do next, with the command to type.
#pragma once

#include <string>

#include "host/events/event.h"

namespace vitrine::events {

// The text of the event's cause with its placeholders filled; empty where the cause has none.
// What peers chose (the server name) enters a command only where it is a plain host name or
// address, so that a pasted command does what it says; the address stands in otherwise.
std::string advice_for(const Event& event);

}  // namespace vitrine::events
