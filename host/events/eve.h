// Events as EVE JSON, the line format that Suricata writes and its readers take.
//
// TLS events are "event_type":"tls" with Suricata's field names (sni, subject, issuerdn, serial,
// version, notbefore, notafter; fingerprint is the certificate's SHA-256 here). Denied flows are
// "drop", the appliance's own events "vitrine". What Suricata has no name for is under "vitrine",
// by the names in fields.h.
#pragma once

#include <string>

#include "host/events/event.h"

namespace vitrine::events {

// One line, without its newline.
std::string format_eve(const Event& event);

}  // namespace vitrine::events
