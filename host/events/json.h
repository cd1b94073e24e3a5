// Events as JSON: what the API serves and the store keeps.
//
//   {"id":1,"time_ms":…,"time":"2014-02-05T05:21:42.189Z","type":"tls_abort",
//    "source":{"user":"","ip_address":"192.0.2.1","port":null,…},…,
//    "inspection":{"leg":"server leg","cause":"server_refused_handshake",…}}
// Every field is there; unknown texts are "", unknown numbers and answers null.
#pragma once

#include <string>

#include <boost/json.hpp>

#include "host/base/status.h"
#include "host/events/event.h"

namespace vitrine::events {

enum class JsonFields { kAll, kKnownOnly };

boost::json::object to_json(const Event& event, JsonFields which = JsonFields::kAll);

// Unknown members and fields of the wrong kind are ignored; kMalformed where id, time or type is
// wrong.
Result<Event> event_from_json(const boost::json::value& value);

}  // namespace vitrine::events
