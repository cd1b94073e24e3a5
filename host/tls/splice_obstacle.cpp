#include <fmt/format.h>

#include "host/tls/leg.h"

namespace vitrine::tls {

std::optional<std::string> splice_obstacle(const Leg& server, const Leg& client) {
  if (!server.spliceable()) {
    return fmt::format("server leg uses {}, not AES-GCM", server.report().cipher);
  }
  if (!client.spliceable()) {
    return fmt::format("client leg uses {}, not AES-GCM", client.report().cipher);
  }
  if (server.version() != client.version()) {
    return fmt::format("legs differ in version: server {}, client {}", server.report().version_text,
                       client.report().version_text);
  }
  // A smaller record limit on one leg only: the other end's records may be too long for it.
  if (server.max_fragment_length() != client.max_fragment_length()) {
    return "legs differ in maximum fragment length";
  }
  return std::nullopt;
}

}  // namespace vitrine::tls
