// What TLS 1.3 may say inside its records after the handshake (RFC 8446 sections 4.6 and 5.1), as
// far as a splice must know.
#pragma once

#include <cstddef>
#include <cstdint>

#include "host/base/bytes.h"

namespace vitrine::card::soft {

enum class InnerVerdict : uint8_t {
  kPass,       // application data, alert, NewSessionTicket
  kKeyUpdate,  // the sender's next record is under its next key
  kForbidden,  // a handshake that a splice cannot follow, or no content type at all
};

// A record of which only the beginning was kept.
// `type` and `length` are those of the inner content; `first` holds min(length, 5) bytes of it.
InnerVerdict judge_beginning(uint8_t type, size_t length, const uint8_t* first);
// A record that is there as a whole; any number of tickets may share it, and end with a KeyUpdate.
InnerVerdict judge_content(uint8_t type, Bytes content);

}  // namespace vitrine::card::soft
