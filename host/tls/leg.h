// One TLS connection of the two that make an inspected one, over memory: bytes in, bytes out.
//
// A leg does no I/O and has no thread: the session feeds what the peer sent, calls advance(), sends
// output(), and reads and writes plaintext once established. LegFactory makes legs.
//
//   feed(bytes) ─▶ advance() ─▶ output()/consume_output() ─▶ the peer
//                     └ kEstablished: read()/write(), record_state()
//
// Ownership: the session owns the leg; views live until the next call. Threads: one at a time.
// Bounds: feed() takes at most kMaxInput bytes not yet processed, write() stops at kMaxOutput bytes
// not yet taken. RFC 8446, RFC 5246.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/base/bytes.h"
#include "host/base/openssl.h"
#include "host/base/status.h"
#include "host/tls/alert.h"
#include "host/tls/peer_verdict.h"
#include "host/tls/record_keys.h"

namespace vitrine::tls {

enum class Side : uint8_t {
  kServer,  // the server leg: we are a client, the peer is the real server
  kClient,  // the client leg: we are a server, the peer is the real client
};

enum class Progress : uint8_t {
  kHandshaking,
  kEstablished,
  kClosed,  // the peer will send no more; write() still works until shutdown()
  kFailed,  // for good; output() may hold a last alert that is worth sending
};

// What the handshake came to; fields are empty or zero where it did not get that far.
struct LegReport {
  uint16_t version = 0;      // 0x0303, 0x0304
  std::string version_text;  // "TLSv1.3"
  std::string cipher;        // the library's name, "ECDHE-RSA-AES128-GCM-SHA256"
  uint16_t suite = 0;        // its IANA number
  std::string alpn;
  std::string group;  // "x25519"
  // The first error of the library's queue in its own form, "error:0A000410:SSL routines::...".
  std::string error;
  uint64_t bytes_in = 0;  // on the wire, without TCP
  uint64_t bytes_out = 0;
  std::vector<AlertSeen> alerts;  // at most kMaxAlerts, in order
  bool resumed = false;
  bool client_certificate_requested = false;
  std::optional<PeerVerdict> verdict;  // server leg: what the verifier said
};

class Leg {
 public:
  static constexpr size_t kMaxInput = 160 * 1024;   // a 64 KiB hello in records, with room
  static constexpr size_t kMaxOutput = 256 * 1024;  // of plaintext relayed
  static constexpr size_t kMaxAlerts = 8;

  virtual ~Leg() = default;
  Leg(const Leg&) = delete;
  Leg& operator=(const Leg&) = delete;

  // Takes bytes from the peer; returns how many were taken (all, unless kMaxInput is reached).
  virtual size_t feed(Bytes from_peer) = 0;
  // The peer has closed its half of the TCP connection.
  virtual void feed_eof() = 0;
  // Works on what was fed: the handshake, tickets, key updates, alerts. A new server leg writes its
  // ClientHello on the first call.
  virtual Progress advance() = 0;
  virtual Progress progress() const = 0;

  // Bytes for the peer, oldest first.
  virtual Bytes output() const = 0;
  // REQUIRES: n <= output().size().
  virtual void consume_output(size_t n) = 0;

  // Plaintext from the peer; 0 when there is none now.
  virtual size_t read(MutableBytes plaintext) = 0;
  // Plaintext to the peer; returns how much was taken: less than asked when kMaxOutput is reached.
  virtual size_t write(Bytes plaintext) = 0;
  // Plaintext waits in the leg (call read() until it returns 0).
  virtual bool has_plaintext() const = 0;
  // Bytes that were fed and not yet worked on wait in the leg.
  virtual bool has_input() const = 0;

  // Sends close_notify; nothing can be written afterwards.
  virtual void shutdown() = 0;
  // Sends a fatal alert and ends the leg: in the clear before the peer was answered, sealed once
  // established with AES-GCM. False where it cannot be sent (the peer should be reset).
  virtual bool abort(Alert alert) = 0;
  // The peer closed with close_notify, not by a bare end of the TCP stream.
  virtual bool closed_cleanly() const = 0;

  // How many more bytes from the peer complete the record that is partly here: 0 at a boundary.
  // Inside a record's header: the bytes missing from the header (ask again afterwards).
  virtual size_t bytes_to_boundary() const = 0;
  // Keys and numbers for the next record each way. kUnavailable unless established, everything fed
  // has been worked on and read, and the input is at a record boundary; kUnsupported, with the
  // reason, where the suite is not AES-GCM. The leg must not be used for data afterwards.
  virtual Result<RecordState> record_state() const = 0;
  // The suite is AES-GCM: record_state() can succeed.
  virtual bool spliceable() const = 0;

  virtual LegReport report() const = 0;
  // Negotiated, for decisions; 0 before that.
  virtual uint16_t version() const = 0;
  virtual size_t key_bytes() const = 0;             // 16 or 32 for AES-GCM, else 0
  virtual std::string alpn() const = 0;             // "" for none
  virtual uint8_t max_fragment_length() const = 0;  // RFC 6066 section 4 code, 0 for none
  // Server leg: the server's certificate and what it sent with it, leaf first (on a resumed session
  // as remembered). Borrowed; null where none came.
  virtual X509* peer_certificate() const = 0;
  virtual STACK_OF(X509) * peer_chain() const = 0;
  virtual Bytes stapled_ocsp() const = 0;

 protected:
  Leg() = default;
};

// Why the two legs cannot be spliced on the card, in words; nullopt where they can.
// REQUIRES: both established.
std::optional<std::string> splice_obstacle(const Leg& server, const Leg& client);

}  // namespace vitrine::tls
