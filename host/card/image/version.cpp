#include "host/card/image/version.h"

#include <charconv>

#include <fmt/format.h>

namespace vitrine::card::image {

std::string Version::text() const { return fmt::format("{}.{}.{}", major, minor, patch); }

Result<Version> parse_version(std::string_view text) {
  Version version;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (uint16_t* part : {&version.major, &version.minor, &version.patch}) {
    const auto [next, error] = std::from_chars(at, end, *part);
    if (error != std::errc()) {
      break;
    }
    at = next < end && *next == '.' ? next + 1 : next;
  }
  if (version.text() != text) {  // written again it must be the same
    return Status(Code::kInvalidArgument, fmt::format("'{}' is no version as 1.4.0", text));
  }
  return version;
}

}  // namespace vitrine::card::image
