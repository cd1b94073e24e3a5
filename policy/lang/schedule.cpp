#include "policy/lang/schedule.h"

#include <algorithm>
#include <array>

namespace vitrine::policy {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr int64_t kMsOfMinute = 60'000;
constexpr int64_t kFirstDay = 3;  // 1970-01-01 was a Thursday

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool Schedule::active(int minute) const {
  return std::any_of(windows.begin(), windows.end(), [minute](const Window& window) {
    return minute >= window.first && minute < window.end;
  });
}

void Schedule::add(int day, int from, int to) {
  const int first = day * kMinutesOfDay + from;
  const int end = day * kMinutesOfDay + to + (to <= from ? kMinutesOfDay : 0);
  windows.push_back({first, std::min(end, kMinutesOfWeek)});
  if (end > kMinutesOfWeek) {
    windows.push_back({0, end - kMinutesOfWeek});
  }
}

int minute_of_week(int64_t wall_ms) {
  const int64_t minute = wall_ms / kMsOfMinute + kFirstDay * kMinutesOfDay;
  return static_cast<int>((minute % kMinutesOfWeek + kMinutesOfWeek) % kMinutesOfWeek);
}

std::optional<int> parse_time_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':' || !is_digit(text[0]) || !is_digit(text[1]) ||
      !is_digit(text[3]) || !is_digit(text[4])) {
    return std::nullopt;
  }
  const int hour = (text[0] - '0') * 10 + text[1] - '0';
  const int minute = (text[3] - '0') * 10 + text[4] - '0';
  const int time = hour * 60 + minute;
  return minute > 59 || time > kMinutesOfDay ? std::nullopt : std::optional<int>(time);
}

std::optional<int> parse_day(std::string_view text) {
  const auto it = std::find(kDays.begin(), kDays.end(), text);
  return it == kDays.end() ? std::nullopt
                           : std::optional<int>(static_cast<int>(it - kDays.begin()));
}

}  // namespace vitrine::policy
