// Filters and groups by any field of the event, by the names of the field table.
//
// Values are compared as people read them (fields.h): text, decimal number, Yes or No; "" is a
// field that is not known. Names are "group.name", as in "source.user", or "type".
#pragma once

#include <string>
#include <string_view>

#include "host/base/status.h"
#include "host/events/event.h"
#include "host/events/fields.h"

namespace vitrine::events {

class FieldName {
 public:
  // kInvalidArgument where there is no such field, with those that are alike.
  static Result<FieldName> parse(std::string_view text);

  // "source.user"
  std::string name() const;
  std::string text_of(const Event& event) const;
  // Of a row of the store's table: the field as text_of() gives it. From the field table alone,
  // so nothing that a user wrote is in it.
  std::string sql() const;

 private:
  explicit FieldName(const Field* field) : field_(field) {}
  const Field* field_;  // of the static table; null: the event's type
};

struct FieldFilter {
  FieldName field;
  std::string value;

  bool matches(const Event& event) const { return field.text_of(event) == value; }
};

}  // namespace vitrine::events
