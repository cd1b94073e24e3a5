// Text from outside made safe to store, to print and to log.
//
// Names and error strings come from peers. What leaves here is valid UTF-8 without control
// characters (C0, DEL, C1), so that no peer can forge a log line, break JSON or drive a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vitrine::events {

inline constexpr size_t kMaxText = 4096;  // bytes of one field

// Control characters and bytes that are not UTF-8 become \xHH (a byte each); what exceeds
// `max_bytes` is cut between characters and ends in "...". REQUIRES: max_bytes >= 8.
std::string printable(std::string_view text, size_t max_bytes = kMaxText);

}  // namespace vitrine::events
