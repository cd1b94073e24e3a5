#include "host/events/fields.h"

#include <array>

namespace vitrine::events {
namespace {

struct Group {
  std::string_view name;
  std::string_view label;
};
constexpr Group kSource{"source", "Source"};
constexpr Group kDestination{"destination", "Destination"};
constexpr Group kTransaction{"transaction", "Transaction"};
constexpr Group kTls{"tls", "TLS"};
constexpr Group kApplication{"application", "Application"};
constexpr Group kDevice{"device", "Device"};
constexpr Group kPolicy{"policy", "Policy"};
constexpr Group kInspection{"inspection", "Inspection"};

template <auto Section, auto Member>
constexpr Field field(Group group, std::string_view name, std::string_view label) {
  return {group.name,
          group.label,
          name,
          label,
          [](Event& event) -> FieldRef { return &(event.*Section.*Member); },
          [](const Event& event) -> ConstFieldRef { return &(event.*Section.*Member); }};
}

// clang-format off
constexpr auto kFields = std::to_array<Field>({
    field<&Event::source, &Source::user>(kSource, "user", "User"),
    field<&Event::source, &Source::realm>(kSource, "realm", "Realm"),
    field<&Event::source, &Source::ip_address>(kSource, "ip_address", "IP address"),
    field<&Event::source, &Source::port>(kSource, "port", "Port"),
    field<&Event::source, &Source::interface>(kSource, "interface", "Interface"),
    field<&Event::source, &Source::identity>(kSource, "identity", "Identity"),
    field<&Event::source, &Source::remote_device>(kSource, "remote_device", "Remote device"),
    field<&Event::source, &Source::client_os_name>(kSource, "client_os_name", "Client OS name"),
    field<&Event::source, &Source::context_name>(kSource, "context_name", "Context name"),

    field<&Event::destination, &Destination::ip_address>(kDestination, "ip_address", "IP address"),
    field<&Event::destination, &Destination::port>(kDestination, "port", "Port"),
    field<&Event::destination, &Destination::interface>(kDestination, "interface", "Interface"),
    field<&Event::destination, &Destination::service>(kDestination, "service", "Service"),
    field<&Event::destination, &Destination::host>(kDestination, "host", "Host"),
    field<&Event::destination, &Destination::url>(kDestination, "url", "URL"),
    field<&Event::destination, &Destination::url_category>(kDestination, "url_category", "URL category"),
    field<&Event::destination, &Destination::web_reputation>(kDestination, "web_reputation", "Web reputation"),
    field<&Event::destination, &Destination::threat_type>(kDestination, "threat_type", "Threat type"),

    field<&Event::transaction, &Transaction::connection_id>(kTransaction, "connection_id", "Connection ID"),
    field<&Event::transaction, &Transaction::transaction_id>(kTransaction, "transaction_id", "Transaction ID"),
    field<&Event::transaction, &Transaction::component_name>(kTransaction, "component_name", "Component name"),
    field<&Event::transaction, &Transaction::bytes_sent>(kTransaction, "bytes_sent", "Bytes sent"),
    field<&Event::transaction, &Transaction::bytes_received>(kTransaction, "bytes_received", "Bytes received"),
    field<&Event::transaction, &Transaction::total_bytes>(kTransaction, "total_bytes", "Total bytes"),
    field<&Event::transaction, &Transaction::request_content_type>(kTransaction, "request_content_type", "Request content type"),
    field<&Event::transaction, &Transaction::response_content_type>(kTransaction, "response_content_type", "Response content type"),
    field<&Event::transaction, &Transaction::http_response_status>(kTransaction, "http_response_status", "HTTP response status"),
    field<&Event::transaction, &Transaction::http_app_detected_phase>(kTransaction, "http_app_detected_phase", "HTTP app detected phase"),
    field<&Event::transaction, &Transaction::configuration_version>(kTransaction, "configuration_version", "Configuration version"),
    field<&Event::transaction, &Transaction::error_details>(kTransaction, "error_details", "Error details"),

    field<&Event::tls, &Tls::encrypted_flow>(kTls, "encrypted_flow", "Encrypted flow"),
    field<&Event::tls, &Tls::decrypted_flow>(kTls, "decrypted_flow", "Decrypted flow"),
    field<&Event::tls, &Tls::requested_domain>(kTls, "requested_domain", "Requested domain"),
    field<&Event::tls, &Tls::ambiguous_destination>(kTls, "ambiguous_destination", "Ambiguous destination"),
    field<&Event::tls, &Tls::server_certificate_name>(kTls, "server_certificate_name", "Server certificate name"),
    field<&Event::tls, &Tls::server_certificate_issuer>(kTls, "server_certificate_issuer", "Server certificate issuer"),
    field<&Event::tls, &Tls::tls_version>(kTls, "tls_version", "TLS version"),
    field<&Event::tls, &Tls::server_cipher_suite>(kTls, "server_cipher_suite", "Server cipher suite"),
    field<&Event::tls, &Tls::error_details>(kTls, "error_details", "Error details"),

    field<&Event::application, &Application::name>(kApplication, "name", "Name"),
    field<&Event::application, &Application::type>(kApplication, "type", "Type"),
    field<&Event::application, &Application::behavior>(kApplication, "behavior", "Behavior"),

    field<&Event::device, &Device::name>(kDevice, "name", "Name"),
    field<&Event::device, &Device::type>(kDevice, "type", "Type"),

    field<&Event::policy, &Policy::decryption_rule>(kPolicy, "decryption_rule", "Decryption rule"),
    field<&Event::policy, &Policy::access_rule>(kPolicy, "access_rule", "Access rule"),
    field<&Event::policy, &Policy::identity_rule>(kPolicy, "identity_rule", "Identity rule"),

    field<&Event::inspection, &Inspection::message>(kInspection, "message", "Message"),
    field<&Event::inspection, &Inspection::leg>(kInspection, "leg", "Leg"),
    field<&Event::inspection, &Inspection::cause>(kInspection, "cause", "Cause"),
    field<&Event::inspection, &Inspection::advice>(kInspection, "advice", "What to do next"),
    field<&Event::inspection, &Inspection::handling>(kInspection, "handling", "Handling"),
    field<&Event::inspection, &Inspection::relay_reason>(kInspection, "relay_reason", "Relay reason"),
    field<&Event::inspection, &Inspection::close_reason>(kInspection, "close_reason", "Close reason"),
    field<&Event::inspection, &Inspection::client_tls_version>(kInspection, "client_tls_version", "Client TLS version"),
    field<&Event::inspection, &Inspection::client_cipher_suite>(kInspection, "client_cipher_suite", "Client cipher suite"),
    field<&Event::inspection, &Inspection::alpn>(kInspection, "alpn", "ALPN"),
    field<&Event::inspection, &Inspection::http_method>(kInspection, "http_method", "HTTP method"),
    field<&Event::inspection, &Inspection::http_version>(kInspection, "http_version", "HTTP version"),
    field<&Event::inspection, &Inspection::certificate_fingerprint>(kInspection, "certificate_fingerprint", "Certificate fingerprint"),
    field<&Event::inspection, &Inspection::certificate_serial>(kInspection, "certificate_serial", "Certificate serial"),
    field<&Event::inspection, &Inspection::certificate_not_before>(kInspection, "certificate_not_before", "Certificate not before"),
    field<&Event::inspection, &Inspection::certificate_not_after>(kInspection, "certificate_not_after", "Certificate not after"),
    field<&Event::inspection, &Inspection::records>(kInspection, "records", "Records"),
    field<&Event::inspection, &Inspection::card_packets>(kInspection, "card_packets", "Packets on the card"),
    field<&Event::inspection, &Inspection::card_payload_bytes>(kInspection, "card_payload_bytes", "Payload bytes on the card"),
    field<&Event::inspection, &Inspection::host_payload_bytes>(kInspection, "host_payload_bytes", "Payload bytes on the host"),
    field<&Event::inspection, &Inspection::duration_ms>(kInspection, "duration_ms", "Duration (ms)"),
});
// clang-format on

struct Texts {
  std::string operator()(const std::string* value) const { return *value; }
  std::string operator()(const std::optional<uint64_t>* value) const {
    return *value ? std::to_string(**value) : std::string();
  }
  std::string operator()(const std::optional<bool>* value) const {
    return !*value ? "" : **value ? "Yes" : "No";
  }
  std::string operator()(const Leg* value) const { return std::string(leg_name(*value)); }
  std::string operator()(const Cause* value) const {
    return std::string(vitrine::events::text_of(*value).code);
  }
};

}  // namespace

std::span<const Field> fields() { return kFields; }

std::string text_of(const Event& event, const Field& field) {
  return std::visit(Texts{}, field.const_ref(event));
}

}  // namespace vitrine::events
