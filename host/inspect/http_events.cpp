#include "host/inspect/http_events.h"

namespace vitrine::inspect {

void add_transaction(events::Event& event, const Transaction& transaction) {
  event.transaction.transaction_id = transaction.number;
  event.transaction.component_name = "HTTP Inspector";
  event.transaction.bytes_sent = transaction.bytes_sent;
  event.transaction.bytes_received = transaction.bytes_received;
  event.transaction.request_content_type = transaction.request_content_type;
  event.transaction.response_content_type = transaction.response_content_type;
  event.transaction.http_response_status = transaction.status;
  event.transaction.http_app_detected_phase =
      transaction.status.has_value() ? "response" : "request";
  if (!transaction.host.empty()) {
    event.destination.host = transaction.host_name();
  }
  event.destination.url = transaction.url();
  event.application.name = "Hypertext Transfer Protocol";
  event.inspection.http_method = transaction.method;
  event.inspection.http_version = transaction.protocol;
  if (!transaction.complete) {
    event.inspection.close_reason = "the connection ended before the transaction";
  }
}

}  // namespace vitrine::inspect
