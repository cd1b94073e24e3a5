#include "host/events/event.h"

#include <utility>

#include <fmt/format.h>

namespace vitrine::events {

void set_endpoints(Event& event, const Endpoint& client, const Endpoint& server) {
  event.source.ip_address = client.address.to_string();
  event.source.port = client.port;
  event.destination.ip_address = server.address.to_string();
  event.destination.port = server.port;
  event.destination.service = fmt::format("tcp/{}", server.port);
  if (event.destination.host.empty()) {
    event.destination.host = event.destination.ip_address;
  }
}

void set_server_name(Event& event, std::string_view name) {
  if (!name.empty()) {
    event.tls.requested_domain = name;
    event.destination.host = name;
  }
}

void set_failure(Event& event, Leg leg, Cause cause, std::string library_error,
                 std::string plain_error) {
  event.inspection.leg = leg;
  event.inspection.cause = cause;
  event.transaction.error_details = std::move(library_error);
  event.tls.error_details =
      plain_error.empty() ? event.transaction.error_details : std::move(plain_error);
  if (!event.tls.encrypted_flow) {
    event.tls.encrypted_flow = true;
  }
  if (!event.tls.decrypted_flow) {
    event.tls.decrypted_flow = false;
  }
}

}  // namespace vitrine::events
