// Patterns of domain names, as server names (SNI) and HTTP hosts are matched by.
//
// `example.org` is that name alone, `*.example.org` every name below it, `.example.org` both, `*`
// any name.  Names are ASCII (RFC 5890 A-labels), compared without case and without a final dot.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/status.h"

namespace vitrine::policy {

struct DomainPattern {
  enum class Kind : uint8_t { kExact, kBelow, kExactAndBelow, kAny };
  Kind kind = Kind::kExact;
  std::string name;  // lower case, without "*." or "."

  static Result<DomainPattern> parse(std::string_view text);
  // REQUIRES: `host` comes from normal_host().  An empty host matches nothing.
  bool matches(std::string_view host) const;
  // Every host that `other` matches is matched by this.
  bool covers(const DomainPattern& other) const;
  std::string to_string() const;
  bool operator==(const DomainPattern&) const = default;
};

// Lower case, no final dot.
std::string normal_host(std::string_view host);

}  // namespace vitrine::policy
