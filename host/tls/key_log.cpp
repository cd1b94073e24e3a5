#include "host/tls/key_log.h"

namespace vitrine::tls {
namespace {

constexpr std::string_view kClient = "CLIENT_TRAFFIC_SECRET_0 ";
constexpr std::string_view kServer = "SERVER_TRAFFIC_SECRET_0 ";
constexpr size_t kLargestSecret = 64;

int digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

Secret from_hex(std::string_view hex) {
  if (hex.empty() || hex.size() % 2 != 0 || hex.size() / 2 > kLargestSecret) {
    return {};
  }
  Secret secret(hex.size() / 2);
  for (size_t i = 0; secret.valid() && i < secret.size(); ++i) {
    const int high = digit(hex[2 * i]);
    const int low = digit(hex[2 * i + 1]);
    if (high < 0 || low < 0) {
      return {};
    }
    secret.mutable_view()[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return secret;
}

}  // namespace

std::optional<LoggedSecret> read_key_log(std::string_view line) {
  LoggedSecret logged;
  if (line.starts_with(kClient)) {
    logged.kind = LoggedSecret::Kind::kClientTraffic;
  } else if (line.starts_with(kServer)) {
    logged.kind = LoggedSecret::Kind::kServerTraffic;
  } else {
    return std::nullopt;
  }
  logged.secret = from_hex(line.substr(line.rfind(' ') + 1));
  return logged;
}

}  // namespace vitrine::tls
