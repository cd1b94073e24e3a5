// A request's target: path and parameters, from the untrusted line of a request.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "host/base/status.h"
#include "host/events/query.h"

namespace vitrine::api {

struct Target {
  std::string path;                               // "/v1/events"; decoded
  std::map<std::string, std::string> parameters;  // decoded; a name given twice is refused

  // "PATH?name=value&…" with %HH escapes (RFC 3986 section 2.1).
  static Result<Target> parse(std::string_view text);
};

// type, cause, source, destination, host, after, since (ms), limit, and any field by its name
// ("source.user"). Anything else is refused, so that a misspelt filter never shows as "all".
Result<events::EventQuery> event_query_from(const Target& target);

// The whole text as a decimal number.
std::optional<uint64_t> parse_number(std::string_view text);

// Escapes all but letters, digits and -._~ (RFC 3986 section 2.3).
std::string percent_encode(std::string_view text);

}  // namespace vitrine::api
