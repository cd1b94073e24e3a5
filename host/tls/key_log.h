// Reads the library's key log lines (NSS key log format): the application traffic secrets of
// TLS 1.3 (RFC 8446 section 7.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "host/base/secret.h"

namespace vitrine::tls {

struct LoggedSecret {
  enum class Kind : uint8_t { kClientTraffic, kServerTraffic };
  Kind kind = Kind::kClientTraffic;
  Secret secret;  // not valid() where locked memory is short
};

// Nullopt for every other line. The only copy made of the secret is the result.
std::optional<LoggedSecret> read_key_log(std::string_view line);

}  // namespace vitrine::tls
