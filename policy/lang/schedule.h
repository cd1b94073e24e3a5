// Times of the week.  All times are UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vitrine::policy {

constexpr int kMinutesOfDay = 24 * 60;
constexpr int kMinutesOfWeek = 7 * kMinutesOfDay;

struct Schedule {
  struct Window {
    int first = 0;  // minute of the week, from Monday 00:00
    int end = 0;    // one past the last; at most kMinutesOfWeek
  };
  std::string name;
  std::vector<Window> windows;

  bool active(int minute_of_week) const;
  // Adds `from` to `to` (minutes of the day) on a day (0: Monday).  `to` at or before `from` is on
  // the next day.
  void add(int day, int from, int to);
};

// Monday 00:00 UTC is 0.
int minute_of_week(int64_t wall_ms);
// "08:00" to "24:00" as minutes of the day.
std::optional<int> parse_time_of_day(std::string_view text);
// "mon" to "sun", 0 to 6.
std::optional<int> parse_day(std::string_view text);

}  // namespace vitrine::policy
