#include "host/events/time_text.h"

#include <algorithm>
#include <ctime>
#include <string_view>

#include <fmt/format.h>

namespace vitrine::events {
namespace {

constexpr int64_t kEndOf9999 = 253'402'300'799'999;

std::string format_time(int64_t wall_ms, char day_separator, char point, std::string_view zone) {
  const int64_t clamped = std::clamp<int64_t>(wall_ms, 0, kEndOf9999);
  const std::time_t seconds = clamped / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}{}{:03}{}", utc.tm_year + 1900,
                     utc.tm_mon + 1, utc.tm_mday, day_separator, utc.tm_hour, utc.tm_min,
                     utc.tm_sec, point, clamped % 1000, zone);
}

}  // namespace

std::string format_iso_time(int64_t wall_ms) { return format_time(wall_ms, 'T', '.', "Z"); }
std::string format_eve_time(int64_t wall_ms) { return format_time(wall_ms, 'T', '.', "000+0000"); }
std::string format_log_time(int64_t wall_ms) { return format_time(wall_ms, ' ', ',', ""); }

}  // namespace vitrine::events
