#include "host/events/eve.h"

#include <string_view>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "host/events/json_text.h"
#include "host/events/time_text.h"

namespace vitrine::events {
namespace {

namespace json = boost::json;

// "TLSv1.3" is "TLS 1.3" there.
std::string eve_version(std::string_view version) {
  constexpr std::string_view kPrefix = "TLSv";
  return version.starts_with(kPrefix) ? fmt::format("TLS {}", version.substr(kPrefix.size()))
                                      : std::string(version);
}

void put(json::object& out, std::string_view name, std::string_view text) {
  if (!text.empty()) {
    out[name] = text;
  }
}

json::object tls_object(const Event& event) {
  json::object tls;
  put(tls, "sni", event.tls.requested_domain);
  put(tls, "subject", event.tls.server_certificate_name);
  put(tls, "issuerdn", event.tls.server_certificate_issuer);
  put(tls, "serial", event.inspection.certificate_serial);
  put(tls, "fingerprint", event.inspection.certificate_fingerprint);
  put(tls, "version", eve_version(event.tls.tls_version));
  put(tls, "notbefore", event.inspection.certificate_not_before);
  put(tls, "notafter", event.inspection.certificate_not_after);
  return tls;
}

json::object http_object(const Event& event) {
  json::object http;
  put(http, "hostname", event.destination.host);
  put(http, "url", event.destination.url);
  put(http, "http_method", event.inspection.http_method);
  put(http, "protocol", event.inspection.http_version);
  put(http, "http_content_type", event.transaction.response_content_type);
  if (event.transaction.http_response_status) {
    http["status"] = *event.transaction.http_response_status;
  }
  if (event.transaction.bytes_received) {
    http["length"] = *event.transaction.bytes_received;
  }
  return http;
}

std::string_view eve_type(EventType type) {
  switch (type) {
    case EventType::kHttpComplete:
      return "http";
    case EventType::kFlowDeny:
      return "drop";
    case EventType::kConfigurationChange:
    case EventType::kSystem:
      return "vitrine";
    default:
      return "tls";
  }
}

}  // namespace

std::string format_eve(const Event& event) {
  const std::string_view type = eve_type(event.type);
  json::object out;
  out["timestamp"] = format_eve_time(event.time_ms);
  if (event.transaction.connection_id) {
    out["flow_id"] = *event.transaction.connection_id;
  }
  put(out, "in_iface", event.source.interface);
  out["event_type"] = type;
  put(out, "src_ip", event.source.ip_address);
  if (event.source.port) {
    out["src_port"] = *event.source.port;
  }
  put(out, "dest_ip", event.destination.ip_address);
  if (event.destination.port) {
    out["dest_port"] = *event.destination.port;
  }
  if (!event.source.ip_address.empty()) {
    out["proto"] = "TCP";
  }
  put(out, "host", event.device.name);  // the sensor's name
  if (type == "tls") {
    out["app_proto"] = "tls";
    out["tls"] = tls_object(event);
  } else if (type == "http") {
    out["app_proto"] = event.inspection.http_version == "HTTP/2" ? "http2" : "http";
    out["http"] = http_object(event);
    out["tls"] = tls_object(event);
  } else if (type == "drop") {
    out["drop"] = json::object{{"reason", text_of(event.inspection.cause).code}};
  }
  std::string line = json::serialize(out);
  line.back() = ',';  // reopened for what is Vitrine's own
  return line + "\"vitrine\":" + json_text(event) + "}";
}

}  // namespace vitrine::events
