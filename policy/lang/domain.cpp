#include "policy/lang/domain.h"

#include <algorithm>

namespace vitrine::policy {
namespace {

constexpr size_t kMaxName = 253;  // RFC 1035 section 2.3.4, without the root's dot
constexpr size_t kMaxLabel = 63;

bool is_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxName) {
    return false;
  }
  size_t label = 0;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (c == '.' ? label == 0 : !letter) {
      return false;
    }
    label = c == '.' ? 0 : label + 1;
    if (label > kMaxLabel) {
      return false;
    }
  }
  return label > 0;
}

bool is_below(std::string_view host, std::string_view name) {
  return host.size() > name.size() + 1 && host.ends_with(name) &&
         host[host.size() - name.size() - 1] == '.';
}

}  // namespace

std::string normal_host(std::string_view host) {
  if (host.ends_with('.')) {
    host.remove_suffix(1);
  }
  std::string out(host);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

Result<DomainPattern> DomainPattern::parse(std::string_view text) {
  DomainPattern pattern;
  if (text == "*") {
    pattern.kind = Kind::kAny;
    return pattern;
  }
  std::string_view name = text;
  if (name.starts_with("*.")) {
    pattern.kind = Kind::kBelow;
    name.remove_prefix(2);
  } else if (name.starts_with(".")) {
    pattern.kind = Kind::kExactAndBelow;
    name.remove_prefix(1);
  }
  pattern.name = normal_host(name);
  if (!is_name(pattern.name)) {
    return {Code::kInvalidArgument,
            "'" + std::string(text) +
                "' is not a domain pattern: say example.org, *.example.org, "
                ".example.org (both) or *, in A-labels (xn--) beyond ASCII"};
  }
  return pattern;
}

bool DomainPattern::matches(std::string_view host) const {
  if (host.empty()) {
    return false;
  }
  switch (kind) {
    case Kind::kExact:
      return host == name;
    case Kind::kBelow:
      return is_below(host, name);
    case Kind::kExactAndBelow:
      return host == name || is_below(host, name);
    case Kind::kAny:
      return true;
  }
  return false;
}

bool DomainPattern::covers(const DomainPattern& other) const {
  if (kind == Kind::kAny || *this == other) {
    return true;
  }
  if (other.kind == Kind::kAny || kind == Kind::kExact) {
    return false;
  }
  if (name == other.name) {
    return kind == Kind::kExactAndBelow;
  }
  return is_below(other.name, name);
}

std::string DomainPattern::to_string() const {
  switch (kind) {
    case Kind::kExact:
      return name;
    case Kind::kBelow:
      return "*." + name;
    case Kind::kExactAndBelow:
      return "." + name;
    case Kind::kAny:
      return "*";
  }
  return name;
}

}  // namespace vitrine::policy
