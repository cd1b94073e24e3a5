// Versions of three numbers, in their order: 1.10.0 is after 1.9.2.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "host/base/status.h"

namespace vitrine::card::image {

struct Version {
  uint16_t major = 0;
  uint16_t minor = 0;
  uint16_t patch = 0;

  auto operator<=>(const Version&) const = default;
  std::string text() const;
};

// "1.4.0"; kInvalidArgument for anything else, also for "01.4.0".
Result<Version> parse_version(std::string_view text);

}  // namespace vitrine::card::image
