// Events as comma-separated values (RFC 4180): a title line, then a line an event; every field of
// the field table in its order.
//
// Text that a spreadsheet would take for a formula (it begins with = + - @, tab or CR) gets an
// apostrophe in front: names come from peers.
#pragma once

#include <string>
#include <string_view>

#include "host/events/event.h"

namespace vitrine::cli {

std::string csv_title();
std::string csv_line(const events::Event& event);
std::string csv_cell(std::string_view text);

}  // namespace vitrine::cli
