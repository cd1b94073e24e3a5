// Quantities as people read and write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vitrine::cli {

// "999 B", "1.5 KiB", "20.0 MiB"
std::string human_bytes(uint64_t bytes);
// "350 ms", "12 s", "3 min 05 s", "2 h 10 min", "4 d 01 h"
std::string human_duration(uint64_t ms);
// "a3:07:…" for hexadecimal without separators; anything else as it is.
std::string colon_hex(std::string_view hex);

// A moment in milliseconds since 1970-01-01 UTC, from "90s", "10m", "2h", "1d" (that long before
// now_ms) or "2014-02-05", "2014-02-05T05:21", "2014-02-05T05:21:42" (UTC). nullopt: neither.
std::optional<int64_t> parse_since(std::string_view text, int64_t now_ms);

}  // namespace vitrine::cli
