// The ClientHello, read from the first bytes of a TCP connection without a TLS library: what policy
// needs to decide, and what the leg towards the server may offer.
//
// Input is untrusted: any bytes give one of four outcomes, and more bytes never change a decided
// one. A hello may be spread over any number of TLS records (RFC 8446 section 5.1) up to 64 KiB.
// GREASE values (RFC 8701) are left out of every list. Ownership: the result owns its contents.
// Byte order: lists hold host integers as the IANA registries number them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/base/bytes.h"

namespace vitrine::tls {

// Of the handshake message, its 4-byte header included.
constexpr size_t kMaxHelloBytes = 65536;
// Of the records that carry it: room for 800 record headers, so that a hello cut into tiny records
// stays bounded too.
constexpr size_t kMaxHelloWireBytes = kMaxHelloBytes + 4096;

struct ClientHello {
  uint16_t legacy_version = 0;
  // Newest first as the client listed them; without supported_versions: legacy_version down to 1.0.
  std::vector<uint16_t> versions;
  std::vector<uint16_t> cipher_suites;  // in the client's order, without signalling values
  size_t session_id_length = 0;

  // Lower case, without a final dot; only what can be a DNS host name (RFC 6066 section 3).
  std::optional<std::string> server_name;
  bool server_name_malformed = false;  // one was sent that is no host name (an address, say)
  std::vector<std::string> alpn;
  std::vector<uint16_t> supported_groups;
  std::vector<uint16_t> key_share_groups;
  std::vector<uint16_t> signature_algorithms;
  std::vector<uint16_t> extensions;  // types, in order

  bool has_early_data = false;
  bool has_pre_shared_key = false;
  bool has_encrypted_client_hello = false;  // 0xfe0d; real or GREASE, nobody but the server knows
  bool has_post_handshake_auth = false;
  bool has_extended_master_secret = false;
  bool has_status_request = false;
  bool has_session_ticket = false;
  bool has_fallback_scsv = false;
  uint8_t max_fragment_length = 0;  // RFC 6066 section 4: 1..4 for 512..4096 bytes; 0: not asked

  bool offers_version(uint16_t version) const;
  bool offers_signature(uint16_t scheme) const;
};

enum class HelloStatus : uint8_t {
  kNeedMore,   // so far it may become a ClientHello
  kComplete,   // hello and bytes_consumed are set
  kNotTls,     // the connection does not start with a TLS handshake record
  kMalformed,  // it does, but what follows is not a ClientHello that can be taken; see error
};

struct HelloParse {
  HelloStatus status = HelloStatus::kNeedMore;
  ClientHello hello;
  std::string error;          // kNotTls, kMalformed: why, in words
  bool too_large = false;     // kMalformed: larger than 64 KiB
  size_t bytes_consumed = 0;  // kComplete: whole records that hold the hello
};

// `payload` is what the client sent, contiguous from its first byte.
HelloParse parse_client_hello(Bytes payload);

// RFC 8701: both bytes alike and ending in 0xa.
constexpr bool is_grease(uint16_t value) {
  return (value & 0x0f0f) == 0x0a0a && (value >> 8) == (value & 0xff);
}

}  // namespace vitrine::tls
