// A moment as text, UTC, in the three ways that events need. Milliseconds since 1970-01-01 UTC;
// what is outside the years 1970 to 9999 shows as the nearest end.
#pragma once

#include <cstdint>
#include <string>

namespace vitrine::events {

std::string format_iso_time(int64_t wall_ms);  // 2014-02-05T05:21:42.189Z
std::string format_eve_time(int64_t wall_ms);  // 2014-02-05T05:21:42.189000+0000
std::string format_log_time(int64_t wall_ms);  // 2014-02-05 05:21:42,189

}  // namespace vitrine::events
