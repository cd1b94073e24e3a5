#include "host/base/openssl.h"

#include <array>

#include <openssl/err.h>

namespace vitrine {

std::string openssl_error_string(unsigned long code) {
  std::array<char, 256> text{};
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

std::string openssl_error_string() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  return code != 0 ? openssl_error_string(code) : std::string();
}

Status openssl_status(std::string_view what, Code code) {
  const std::string error = openssl_error_string();
  return {code, error.empty() ? std::string(what) : std::string(what) + ": " + error};
}

}  // namespace vitrine
