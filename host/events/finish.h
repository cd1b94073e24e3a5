// The last touch to an event, on the writer thread: everything that follows from what its publisher
// said.
#pragma once

#include <string>

#include "host/events/event.h"

namespace vitrine::events {

// Makes every text printable; fills total bytes, advice, and the device where empty; takes the
// application and component from events that are of no flow.
void finish(Event& event, const std::string& device_name, const std::string& device_type);

}  // namespace vitrine::events
