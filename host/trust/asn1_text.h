// ASN.1 strings as views of this program. The views live as long as the string.
#pragma once

#include <string_view>

#include "host/base/bytes.h"
#include "host/base/openssl.h"

namespace vitrine::trust {

inline Bytes bytes_of(const ASN1_STRING* text) {
  return {ASN1_STRING_get0_data(text), static_cast<size_t>(ASN1_STRING_length(text))};
}

inline std::string_view text_of(const ASN1_STRING* text) { return as_text(bytes_of(text)); }

}  // namespace vitrine::trust
