#include "host/tls/record_counter.h"

#include <openssl/ssl.h>

namespace vitrine::tls {

RecordCounter::Change RecordCounter::on_message(bool sent, int content_type, Bytes message,
                                                int version) {
  RecordCount& count = sent ? out_ : in_;
  if (message.empty()) {
    return Change::kNone;
  }
  const uint8_t type = message[0];
  if (content_type == SSL3_RT_HEADER) {
    // ChangeCipherSpec itself is never numbered; in TLS 1.3 it is a dummy that comes before
    // Finished, so that restarting there does no harm.
    if (type == SSL3_RT_CHANGE_CIPHER_SPEC) {
      count.next = 0;
      count.changed_cipher = true;
    } else {
      ++count.next;
    }
    return Change::kNone;
  }
  if (content_type != SSL3_RT_HANDSHAKE) {
    return Change::kNone;
  }
  if (type == SSL3_MT_SERVER_HELLO) {
    server_hello_seen_ = true;
  }
  if (version != TLS1_3_VERSION) {
    return Change::kNone;
  }
  if (type == SSL3_MT_FINISHED) {
    count.next = 0;
  } else if (type == SSL3_MT_KEY_UPDATE) {
    count.next = 0;
    ++count.generation;
    return Change::kKeyUpdate;
  }
  return Change::kNone;
}

}  // namespace vitrine::tls
