// Numbers of the next records of a leg, counted from what the library tells of records and
// handshake messages (SSL_set_msg_callback).
//
// TLS 1.2: numbers restart at ChangeCipherSpec (RFC 5246 section 6.1). TLS 1.3: they restart after
// Finished, with the application keys, and at each KeyUpdate (RFC 8446 section 5.3).
#pragma once

#include <array>
#include <cstdint>

#include "host/base/bytes.h"

namespace vitrine::tls {

struct RecordCount {
  uint64_t next = 0;
  uint32_t generation = 0;  // KeyUpdates
  bool changed_cipher = false;
};

class RecordCounter {
 public:
  // What a message meant for the keys of its direction.
  enum class Change : uint8_t { kNone, kKeyUpdate };

  // The arguments of the library's message callback; `version` is the leg's, once negotiated.
  Change on_message(bool sent, int content_type, Bytes message, int version);

  const RecordCount& in() const { return in_; }
  const RecordCount& out() const { return out_; }
  // A ServerHello went by, either way: version and suite are fixed.
  bool server_hello_seen() const { return server_hello_seen_; }

 private:
  RecordCount in_;
  RecordCount out_;
  bool server_hello_seen_ = false;
};

}  // namespace vitrine::tls
