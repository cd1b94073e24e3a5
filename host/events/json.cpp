#include "host/events/json.h"

#include "host/events/fields.h"
#include "host/events/time_text.h"

namespace vitrine::events {
namespace {

namespace json = boost::json;

struct ToValue {
  json::value operator()(const std::string* value) const { return json::string(*value); }
  json::value operator()(const std::optional<uint64_t>* value) const {
    return *value ? json::value(**value) : json::value();
  }
  json::value operator()(const std::optional<bool>* value) const {
    return *value ? json::value(**value) : json::value();
  }
  json::value operator()(const Leg* value) const { return json::string(leg_name(*value)); }
  json::value operator()(const Cause* value) const { return json::string(text_of(*value).code); }
};

// Takes over a JSON value of the right kind; leaves the field as it is otherwise.
struct Assign {
  const json::value& from;

  void operator()(std::string* to) const {
    if (const auto* text = from.if_string()) {
      *to = std::string_view(*text);
    }
  }
  void operator()(std::optional<uint64_t>* to) const {
    if (const auto* number = from.if_uint64()) {
      *to = *number;
    } else if (const auto* signed_number = from.if_int64(); signed_number && *signed_number >= 0) {
      *to = static_cast<uint64_t>(*signed_number);
    } else if (from.is_null()) {
      to->reset();
    }
  }
  void operator()(std::optional<bool>* to) const {
    if (const auto* answer = from.if_bool()) {
      *to = *answer;
    } else if (from.is_null()) {
      to->reset();
    }
  }
  void operator()(Leg* to) const {
    if (const auto* text = from.if_string()) {
      *to = leg_from(*text).value_or(*to);
    }
  }
  void operator()(Cause* to) const {
    if (const auto* text = from.if_string()) {
      *to = cause_from(*text).value_or(*to);
    }
  }
};

bool is_unknown(const json::value& value) {
  return value.is_null() || (value.is_string() && value.get_string().empty());
}

template <typename T>
std::optional<T> number_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_number()) {
    return std::nullopt;
  }
  boost::system::error_code error;
  const T number = value->to_number<T>(error);
  return error ? std::nullopt : std::optional<T>(number);
}

}  // namespace

json::object to_json(const Event& event, JsonFields which) {
  json::object out;
  out["id"] = event.id;
  out["time_ms"] = event.time_ms;
  out["time"] = format_iso_time(event.time_ms);
  out["type"] = text_of(event.type).code;
  for (const Field& field : fields()) {
    json::value value = std::visit(ToValue{}, field.const_ref(event));
    if (which == JsonFields::kKnownOnly && is_unknown(value)) {
      continue;
    }
    json::value& group = out[field.group];
    if (!group.is_object()) {
      group.emplace_object();
    }
    group.get_object()[field.name] = std::move(value);
  }
  return out;
}

Result<Event> event_from_json(const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr) {
    return Status(Code::kMalformed, "event: not a JSON object");
  }
  const auto id = number_of<uint64_t>(*object, "id");
  const auto time_ms = number_of<int64_t>(*object, "time_ms");
  const json::value* type_value = object->if_contains("type");
  const auto type = type_value != nullptr && type_value->is_string()
                        ? event_type_from(type_value->get_string())
                        : std::nullopt;
  if (!id || !time_ms || !type) {
    return Status(Code::kMalformed, "event: id, time_ms or type is missing or wrong");
  }
  Event event;
  event.id = *id;
  event.time_ms = *time_ms;
  event.type = *type;
  event.application = Application{"", "", ""};  // a field that is absent was empty
  event.transaction.component_name.clear();
  for (const Field& field : fields()) {
    const json::value* group = object->if_contains(field.group);
    const json::value* found = group != nullptr && group->is_object()
                                   ? group->get_object().if_contains(field.name)
                                   : nullptr;
    if (found != nullptr) {
      std::visit(Assign{*found}, field.ref(event));
    }
  }
  return event;
}

}  // namespace vitrine::events
