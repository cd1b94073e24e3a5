#include "host/api/target.h"

#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "host/base/net.h"

namespace vitrine::api {
namespace {

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text.front() != '%') {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    uint8_t byte = 0;
    if (text.size() < 3) {
      return std::nullopt;
    }
    const auto [end, error] = std::from_chars(text.data() + 1, text.data() + 3, byte, 16);
    if (error != std::errc() || end != text.data() + 3) {
      return std::nullopt;
    }
    out += static_cast<char>(byte);
    text.remove_prefix(3);
  }
  return out;
}

Status invalid(std::string_view name, std::string_view value) {
  return {Code::kInvalidArgument, fmt::format("{}: '{}' is not valid", name, value)};
}

// The address in its canonical spelling, as events have it.
Status set_address(std::optional<std::string>& field, std::string_view name,
                   const std::string& value) {
  const auto address = IpAddress::parse(value);
  if (!address) {
    return invalid(name, value);
  }
  field = address->to_string();
  return Status::ok();
}

Status set_number(uint64_t& field, std::string_view name, const std::string& value, uint64_t max) {
  const auto number = parse_number(value);
  if (!number || *number > max) {
    return invalid(name, value);
  }
  field = *number;
  return Status::ok();
}

Status set_filter(events::EventQuery& query, const std::string& name, const std::string& value) {
  constexpr auto kMaxSigned = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  if (name == "type") {
    query.type = events::event_type_from(value);
    return query.type ? Status::ok() : invalid(name, value);
  }
  if (name == "cause") {
    query.cause = events::cause_from(value);
    return query.cause ? Status::ok() : invalid(name, value);
  }
  if (name == "source") {
    return set_address(query.source_ip, name, value);
  }
  if (name == "destination") {
    return set_address(query.destination_ip, name, value);
  }
  if (name == "host") {
    query.host = value;
    return Status::ok();
  }
  if (name == "after") {
    return set_number(query.after_id, name, value, kMaxSigned);
  }
  uint64_t number = 0;
  if (name == "since") {
    Status status = set_number(number, name, value, kMaxSigned);
    query.since_ms = static_cast<int64_t>(number);
    return status;
  }
  if (name == "limit") {
    Status status = set_number(number, name, value, events::EventQuery::kMaxLimit);
    query.limit = static_cast<uint32_t>(number);
    return status;
  }
  if (name.find('.') != std::string::npos) {
    auto field = events::FieldName::parse(name);
    if (field) {
      query.fields.push_back({*field, value});
    }
    return field.status();
  }
  return {Code::kInvalidArgument, fmt::format("no such parameter: {}", name)};
}

}  // namespace

std::optional<uint64_t> parse_number(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  for (const char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<uint8_t>(c));
    }
  }
  return out;
}

Result<Target> Target::parse(std::string_view text) {
  const Status malformed(Code::kInvalidArgument, "the request's target does not parse");
  const size_t mark = text.find('?');
  const auto path = percent_decode(text.substr(0, mark));
  if (!path || !path->starts_with('/')) {
    return malformed;
  }
  Target target{*path, {}};
  std::string_view rest = mark == std::string_view::npos ? "" : text.substr(mark + 1);
  while (!rest.empty()) {
    const size_t end = rest.find('&');
    const std::string_view pair = rest.substr(0, end);
    rest = end == std::string_view::npos ? "" : rest.substr(end + 1);
    const size_t equals = pair.find('=');
    const auto name = percent_decode(pair.substr(0, equals));
    const auto value =
        percent_decode(equals == std::string_view::npos ? "" : pair.substr(equals + 1));
    if (!name || !value || !target.parameters.emplace(*name, *value).second) {
      return malformed;
    }
  }
  return target;
}

Result<events::EventQuery> event_query_from(const Target& target) {
  events::EventQuery query;
  for (const auto& [name, value] : target.parameters) {
    if (Status status = set_filter(query, name, value); !status) {
      return status;
    }
  }
  return query;
}

}  // namespace vitrine::api
