#include "host/cli/units.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

#include <fmt/format.h>

namespace vitrine::cli {
namespace {

constexpr uint64_t kSecond = 1000;
constexpr uint64_t kMinute = 60 * kSecond;
constexpr uint64_t kHour = 60 * kMinute;
constexpr uint64_t kDay = 24 * kHour;

std::optional<uint64_t> unit_ms(std::string_view unit) {
  if (unit == "s") {
    return kSecond;
  }
  if (unit == "m" || unit == "min") {
    return kMinute;
  }
  if (unit == "h") {
    return kHour;
  }
  if (unit == "d") {
    return kDay;
  }
  return std::nullopt;
}

std::optional<int64_t> parse_moment(const std::string& text) {
  constexpr auto kFormats = std::to_array<const char*>(
      {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"});
  std::string plain = text;
  if (plain.ends_with('Z')) {
    plain.pop_back();
  }
  for (const char* format : kFormats) {
    std::tm utc{};
    const char* end = strptime(plain.c_str(), format, &utc);
    if (end != nullptr && *end == '\0') {
      return static_cast<int64_t>(timegm(&utc)) * 1000;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string human_bytes(uint64_t bytes) {
  constexpr auto kUnits = std::to_array<const char*>({"KiB", "MiB", "GiB", "TiB", "PiB"});
  if (bytes < 1024) {
    return fmt::format("{} B", bytes);
  }
  double value = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  while (value >= 1023.95 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string human_duration(uint64_t ms) {
  if (ms < kSecond) {
    return fmt::format("{} ms", ms);
  }
  if (ms < kMinute) {
    return fmt::format("{} s", ms / kSecond);
  }
  if (ms < kHour) {
    return fmt::format("{} min {:02} s", ms / kMinute, ms % kMinute / kSecond);
  }
  if (ms < kDay) {
    return fmt::format("{} h {:02} min", ms / kHour, ms % kHour / kMinute);
  }
  return fmt::format("{} d {:02} h", ms / kDay, ms % kDay / kHour);
}

std::string colon_hex(std::string_view hex) {
  const bool plain = hex.size() > 2 && hex.size() % 2 == 0 &&
                     hex.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
  if (!plain) {
    return std::string(hex);
  }
  std::string out(hex.substr(0, 2));
  for (size_t i = 2; i < hex.size(); i += 2) {
    out += ':';
    out += hex.substr(i, 2);
  }
  return out;
}

std::optional<int64_t> parse_since(std::string_view text, int64_t now_ms) {
  uint32_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error == std::errc()) {
    if (const auto unit = unit_ms(text.substr(static_cast<size_t>(end - text.data())))) {
      return std::max<int64_t>(0, now_ms - static_cast<int64_t>(count * *unit));
    }
  }
  return parse_moment(std::string(text));
}

}  // namespace vitrine::cli
