// The words of events: what happened, on which leg, why. One table each, from which names, texts,
// store columns and docs come. Codes are stable: analysts' rules and scripts match on them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace vitrine::events {

// X(EnumName, "code", "title", "what it means")
#define VITRINE_EVENT_TYPES(X)                                                                   \
  X(kTlsAbort, "tls_abort", "TLS Abort",                                                         \
    "A TLS or SSL flow was aborted due to a handshake failure or certificate validation error.") \
  X(kTlsEstablished, "tls_established", "TLS Established",                                       \
    "Both legs of a decrypted TLS flow completed their handshakes.")                             \
  X(kTlsClosed, "tls_closed", "TLS Closed", "A decrypted TLS flow ended.")                       \
  X(kFlowDeny, "flow_deny", "Flow Deny", "A flow was refused by policy.")                        \
  X(kFlowBypassed, "flow_bypassed", "Flow Bypassed",                                             \
    "A flow was let through without decryption, as policy says.")                                \
  X(kHttpComplete, "http_complete", "HTTP Complete",                                             \
    "An HTTP transaction of a decrypted flow ended.")                                            \
  X(kInspectionStopped, "inspection_stopped", "Inspection Stopped",                              \
    "The content of a decrypted flow could not be followed any further.")                        \
  X(kConfigurationChange, "configuration_change", "Configuration Change",                        \
    "The appliance's configuration or certificates changed.")                                    \
  X(kSystem, "system", "System", "The appliance started, stopped or met a fault of its own.")

// X(EnumName, "code", "what it means", "what to do next")
// Advice may name {host} (server name, or its address), {address}, {port}, {client}, {id} and
// {name} (the address as a part of a rule's name).
#define VITRINE_ADVISE_BYPASS                                                                  \
  "`vitrine rule add bypass-{name} --first --destination {address} --action do-not-decrypt`, " \
  "then `vitrine commit`"
#define VITRINE_EVENT_CAUSES(X)                                                                    \
  X(kNone, "", "", "")                                                                             \
  X(kServerRefusedHandshake, "server_refused_handshake",                                           \
    "the server accepts none of the cipher suites or parameters that the appliance offered",       \
    "See what the server takes: `openssl s_client -connect {address}:{port} -servername {host}`. " \
    "If it needs what the appliance does not offer, let it through: " VITRINE_ADVISE_BYPASS ".")   \
  X(kNoStrongCryptography, "no_strong_cryptography",                                               \
    "without a strong-cryptography licence the server was offered no suite that encrypts",         \
    "Install a strong-cryptography (K9) licence: `vitrine licence install FILE`; what is there "   \
    "now: `vitrine licence show`.")                                                                \
  X(kServerProtocolVersion, "server_protocol_version",                                             \
    "the server and the appliance have no TLS version in common",                                  \
    "The server needs TLS 1.2 or 1.3. To let it through undecrypted: " VITRINE_ADVISE_BYPASS ".")  \
  X(kServerUnknownName, "server_unknown_name", "the server does not serve the requested name",     \
    "Check the name that the client asks for: `vitrine event {id}` shows it as Requested domain.") \
  X(kServerAlert, "server_alert", "the server ended the handshake with an alert",                  \
    "Try it without the appliance: `openssl s_client -connect {address}:{port} -servername "       \
    "{host}`.")                                                                                    \
  X(kServerBadMessage, "server_bad_message", "the server sent what is not valid TLS",              \
    "If {address}:{port} does not speak TLS, let it through: " VITRINE_ADVISE_BYPASS ".")          \
  X(kServerReset, "server_reset", "the server reset the connection during the handshake",          \
    "Try it without the appliance: `openssl s_client -connect {address}:{port} -servername "       \
    "{host}`.")                                                                                    \
  X(kServerClosed, "server_closed", "the server closed the connection during the handshake",       \
    "Try it without the appliance: `openssl s_client -connect {address}:{port} -servername "       \
    "{host}`.")                                                                                    \
  X(kServerTimeout, "server_timeout", "the server did not finish its handshake in time",           \
    "Check that the server is well and reachable: "                                                \
    "`openssl s_client -connect {address}:{port} -servername {host}`.")                            \
  X(kServerWantsCertificate, "server_wants_certificate",                                           \
    "the server demands a certificate of the client's, which cannot be passed on",                 \
    "Let it through undecrypted: " VITRINE_ADVISE_BYPASS ".")                                      \
  X(kCertificateSelfSigned, "certificate_self_signed",                                             \
    "the server's certificate is self-signed and not among the trusted ones",                      \
    "Fetch it: `openssl s_client -connect {address}:{port} -servername {host} </dev/null "         \
    "| openssl x509 > server.pem` (bypass the server meanwhile: " VITRINE_ADVISE_BYPASS            \
    "); "                                                                                          \
    "check it with its owner; then `vitrine cert import server.pem` and `vitrine commit`.")        \
  X(kCertificateUnknownIssuer, "certificate_unknown_issuer",                                       \
    "the server's certificate leads to no trusted authority",                                      \
    "Get the certificate of the issuer named above, check it with its owner, then "                \
    "`vitrine cert import issuer.pem` and `vitrine commit`.")                                      \
  X(kCertificateExpired, "certificate_expired", "a certificate of the server's chain has expired", \
    "Ask the server's owner to renew it; check the appliance's clock: `date`.")                    \
  X(kCertificateNotYetValid, "certificate_not_yet_valid",                                          \
    "a certificate of the server's chain is not valid yet",                                        \
    "Check the appliance's clock: `date`.")                                                        \
  X(kCertificateNameMismatch, "certificate_name_mismatch",                                         \
    "the server's certificate is not for the requested name",                                      \
    "Check which names it is for: `openssl s_client -connect {address}:{port} "                    \
    "-servername {host} </dev/null | openssl x509 -noout -ext subjectAltName`.")                   \
  X(kCertificateRevoked, "certificate_revoked", "a certificate of the server's chain was revoked", \
    "Do not trust this server; tell its owner.")                                                   \
  X(kCertificateWeak, "certificate_weak", "a key or signature in the server's chain is too weak",  \
    "Ask the server's owner for a certificate with SHA-256 and RSA 2048 or ECDSA P-256.")          \
  X(kCertificateInvalid, "certificate_invalid", "the server's certificate failed validation",      \
    "The error details say why; look at the chain: `openssl s_client -connect {address}:{port} "   \
    "-servername {host} -showcerts`.")                                                             \
  X(kClientRejectedCertificate, "client_rejected_certificate",                                     \
    "the client does not trust the certificate that the appliance presented",                      \
    "Install the appliance's CA on the client {client}: `vitrine cert ca export > "                \
    "vitrine-ca.pem`. "                                                                            \
    "A client that pins its certificates needs a bypass: " VITRINE_ADVISE_BYPASS ".")              \
  X(kClientNoSharedCipher, "client_no_shared_cipher",                                              \
    "the client offers no cipher suite or parameter that the appliance accepts",                   \
    "Update the client {client}, or let it through: " VITRINE_ADVISE_BYPASS ".")                   \
  X(kClientProtocolVersion, "client_protocol_version",                                             \
    "the client and the appliance have no TLS version in common",                                  \
    "The client {client} needs TLS 1.2 or 1.3; update it.")                                        \
  X(kClientAlert, "client_alert", "the client ended the handshake with an alert",                  \
    "The error details name the alert; look at the client {client}'s own log.")                    \
  X(kClientWantsEch, "client_wants_ech", "the client insists on Encrypted ClientHello",            \
    "It tries again without by itself where the server's name allows it; else let the server "     \
    "through: " VITRINE_ADVISE_BYPASS ".")                                                         \
  X(kClientBadHello, "client_bad_hello", "the client's first message is not a valid ClientHello",  \
    "If this service does not speak TLS, let it through: " VITRINE_ADVISE_BYPASS ".")              \
  X(kClientHelloTooLarge, "client_hello_too_large", "the ClientHello is larger than 64 KiB",       \
    "Look at what the client {client} sends.")                                                     \
  X(kClientBadMessage, "client_bad_message", "the client sent what is not valid TLS",              \
    "Look at the client {client}'s own log.")                                                      \
  X(kClientReset, "client_reset", "the client reset the connection during the handshake",          \
    "If the client {client} pins its certificates it needs a bypass: " VITRINE_ADVISE_BYPASS ".")  \
  X(kClientClosed, "client_closed", "the client closed the connection during the handshake",       \
    "If it does not trust the appliance, install its CA on the client {client}: "                  \
    "`vitrine cert ca export > vitrine-ca.pem`.")                                                  \
  X(kClientTimeout, "client_timeout", "the client did not finish its handshake in time",           \
    "Check the path between the client {client} and the appliance.")                               \
  X(kSignerFailed, "signer_failed", "no certificate could be made for the client",                 \
    "Check that the decryption CA is there: `vitrine cert list`; make one: `vitrine cert ca "      \
    "init`.")                                                                                      \
  X(kRecordAuthenticationFailed, "record_authentication_failed",                                   \
    "a record was changed on its way: its tag did not verify",                                     \
    "If it happens again, suspect the path or an attack: `vitrine counters`.")                     \
  X(kRecordProtocol, "record_protocol", "record framing that TLS forbids, on a decrypted flow",    \
    "Look at the logs of both ends.")                                                              \
  X(kRenegotiation, "renegotiation", "TLS 1.2 renegotiation after decryption was established",     \
    "Turn renegotiation off at the server, or let it through: " VITRINE_ADVISE_BYPASS ".")         \
  X(kTakeoverFailed, "takeover_failed", "the TCP connection could not be taken over",              \
    "Look at the daemon's log: `journalctl -u vitrined`.")                                         \
  X(kKeysFailed, "keys_failed", "the record keys could not be derived",                            \
    "Look at the daemon's log: `journalctl -u vitrined`.")                                         \
  X(kHandoverFailed, "handover_failed", "the flow could not be handed to the card",                \
    "Look at the card: `vitrine status`, `vitrine counters`.")                                     \
  X(kKeysCleared, "keys_cleared", "the card's keys were cleared while the flow was running",       \
    "Look at the card: `vitrine status`.")                                                         \
  X(kIdleTimeout, "idle_timeout", "nothing was sent for the idle timeout", "")                     \
  X(kPolicyDenied, "policy_denied", "a rule denies the flow",                                      \
    "See the rule named under Policy: `vitrine policy show`.")                                     \
  X(kPolicyChanged, "policy_changed", "a commit ended it: the new policy treats it otherwise",     \
    "It may be opened again, under the policy in force: `vitrine policy show`.")                   \
  X(kPolicyUndecided, "policy_undecided",                                                          \
    "a rule asks for the server's certificate, which is known too late to leave a flow alone",     \
    "Ask for address or server name in the rule named under Policy instead.")                      \
  X(kResourceLimit, "resource_limit", "a bounded table or queue of the appliance was full",        \
    "See which: `vitrine status`, `vitrine counters`.")                                            \
  X(kShutdown, "shutdown", "the appliance was stopping", "")                                       \
  X(kInternal, "internal", "a fault of the appliance's own",                                       \
    "Look at the daemon's log: `journalctl -u vitrined`.")

#define VITRINE_TYPE_ENTRY(name, code, title, text) name,
enum class EventType : uint8_t { VITRINE_EVENT_TYPES(VITRINE_TYPE_ENTRY) };
#undef VITRINE_TYPE_ENTRY
#define VITRINE_CAUSE_ENTRY(name, code, text, advice) name,
enum class Cause : uint8_t { VITRINE_EVENT_CAUSES(VITRINE_CAUSE_ENTRY) };
#undef VITRINE_CAUSE_ENTRY

// The client leg is between the client and the appliance, the server leg between it and the server.
enum class Leg : uint8_t { kNone, kClient, kServer };

struct EventTypeText {
  EventType type;
  std::string_view code;
  std::string_view title;
  std::string_view text;
};
struct CauseText {
  Cause cause;
  std::string_view code;
  std::string_view text;
  std::string_view advice;  // with placeholders; see advice.h
};
#define VITRINE_TYPE_TEXT(name, code, title, text) \
  EventTypeText{EventType::name, code, title, text},
inline constexpr auto kEventTypes =
    std::to_array<EventTypeText>({VITRINE_EVENT_TYPES(VITRINE_TYPE_TEXT)});
#undef VITRINE_TYPE_TEXT
#define VITRINE_CAUSE_TEXT(name, code, text, advice) CauseText{Cause::name, code, text, advice},
inline constexpr auto kCauses =
    std::to_array<CauseText>({VITRINE_EVENT_CAUSES(VITRINE_CAUSE_TEXT)});
#undef VITRINE_CAUSE_TEXT

inline const EventTypeText& text_of(EventType type) {
  return kEventTypes[static_cast<size_t>(type)];
}
inline const CauseText& text_of(Cause cause) { return kCauses[static_cast<size_t>(cause)]; }

// From their codes, e.g. "tls_abort", "certificate_self_signed".
std::optional<EventType> event_type_from(std::string_view code);
std::optional<Cause> cause_from(std::string_view code);

// "client leg", "server leg" or "".
std::string_view leg_name(Leg leg);
std::optional<Leg> leg_from(std::string_view name);

}  // namespace vitrine::events
