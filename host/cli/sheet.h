// The event sheet: every field of an event in its groups, for people. And a line an event, for
// lists.
#pragma once

#include <string>

#include "host/cli/terminal.h"
#include "host/events/event.h"

namespace vitrine::cli {

// Fields that are not known show as empty; of the group Inspection only what is known shows.
std::string event_sheet(const events::Event& event, const Terminal& terminal);

// "42  2014-02-05 05:21:42.189  TLS Abort  192.0.2.1:40000 > 198.51.100.7:443 (example.org)  …"
std::string event_line(const events::Event& event, const Terminal& terminal);

// What a list shows of an event beside who and when: cause and error, or message, or handling.
std::string event_summary(const events::Event& event);
Colour event_colour(const events::Event& event);
// "2014-02-05 05:21:42.189", UTC.
std::string event_time(const events::Event& event);

}  // namespace vitrine::cli
