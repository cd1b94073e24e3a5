#include "host/events/types.h"

namespace vitrine::events {

std::optional<EventType> event_type_from(std::string_view code) {
  for (const EventTypeText& entry : kEventTypes) {
    if (entry.code == code) {
      return entry.type;
    }
  }
  return std::nullopt;
}

std::optional<Cause> cause_from(std::string_view code) {
  for (const CauseText& entry : kCauses) {
    if (entry.code == code) {
      return entry.cause;
    }
  }
  return std::nullopt;
}

std::string_view leg_name(Leg leg) {
  switch (leg) {
    case Leg::kClient:
      return "client leg";
    case Leg::kServer:
      return "server leg";
    case Leg::kNone:
      break;
  }
  return "";
}

std::optional<Leg> leg_from(std::string_view name) {
  for (const Leg leg : {Leg::kNone, Leg::kClient, Leg::kServer}) {
    if (leg_name(leg) == name) {
      return leg;
    }
  }
  return std::nullopt;
}

}  // namespace vitrine::events
