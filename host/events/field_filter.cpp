#include "host/events/field_filter.h"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace vitrine::events {
namespace {

constexpr std::string_view kType = "type";

// Fields that are columns of their own, with an index.
constexpr auto kColumns = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"source.ip_address", "source_ip"},
    {"destination.ip_address", "destination_ip"},
    {"destination.host", "host"},
    {"inspection.cause", "cause"},
});

std::string full_name(const Field& field) { return fmt::format("{}.{}", field.group, field.name); }

// Of the wanted group, else of the wanted name, else the groups.
std::string alike(std::string_view text) {
  const size_t dot = text.find('.');
  const std::string_view group = text.substr(0, dot);
  const std::string_view name = dot == std::string_view::npos ? text : text.substr(dot + 1);
  std::string of_group;
  std::string of_name;
  for (const Field& field : fields()) {
    std::string& list = field.group == group ? of_group : of_name;
    if (field.group == group || field.name == name) {
      list += (list.empty() ? "" : ", ") + full_name(field);
    }
  }
  return !of_group.empty() ? of_group
         : !of_name.empty()
             ? of_name
             : "type, source.*, destination.*, transaction.*, tls.*, application.*, device.*, "
               "policy.*, inspection.*";
}

}  // namespace

Result<FieldName> FieldName::parse(std::string_view text) {
  if (text == kType) {
    return FieldName(nullptr);
  }
  for (const Field& field : fields()) {
    if (full_name(field) == text) {
      return FieldName(&field);
    }
  }
  return Status(Code::kInvalidArgument,
                fmt::format("no field '{}'; there are {}", text, alike(text)));
}

std::string FieldName::name() const {
  return field_ == nullptr ? std::string(kType) : full_name(*field_);
}

std::string FieldName::text_of(const Event& event) const {
  return field_ == nullptr ? std::string(events::text_of(event.type).code)
                           : events::text_of(event, *field_);
}

std::string FieldName::sql() const {
  if (field_ == nullptr) {
    return std::string(kType);
  }
  for (const auto& [name, column] : kColumns) {
    if (full_name(*field_) == name) {
      return std::string(column);
    }
  }
  // A damaged row is one of which nothing is known; it must not end the whole search.
  const std::string json = fmt::format(
      "json_extract(CASE WHEN json_valid(body) THEN body END, '$.{}')", full_name(*field_));
  const Event empty;
  if (std::holds_alternative<const std::optional<bool>*>(field_->const_ref(empty))) {
    return fmt::format("CASE {} WHEN 1 THEN 'Yes' WHEN 0 THEN 'No' ELSE '' END", json);
  }
  return fmt::format("CAST(coalesce({}, '') AS TEXT)", json);
}

}  // namespace vitrine::events
