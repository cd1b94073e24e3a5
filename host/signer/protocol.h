// Messages between the daemon and the signer, over a SOCK_SEQPACKET socket pair; one packet each.
//
//   header    magic u16 | version u8 | type u8 | request id u32 | body length u32     12 bytes
//   kInfo     (empty)                              → kInfoReply   certificate vector24 (DER)
//   kSign     which CA u8: 0 the decryption CA, 1 the untrusted one
//             not before i64 | not after i64       → kSignReply   certificate vector24 (DER)
//             common name vector8
//             dns count u16 | name vector8 ...
//             address count u16 | address vector8 (4 or 16 bytes) ...
//             SubjectPublicKeyInfo vector16 (DER)
//   any                                            → kError       code u8 | message vector16
//
// Big endian; times are seconds since 1970 UTC. Every length is bounded, and a body must end where
// its last field ends. Both ends treat the other's bytes as untrusted.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "host/base/bytes.h"
#include "host/base/net.h"
#include "host/base/status.h"

namespace vitrine::signer {

constexpr uint16_t kMagic = 0x5653;
constexpr uint8_t kProtocolVersion = 2;
constexpr size_t kHeaderSize = 12;
constexpr size_t kMaxMessage = 160U << 10;
constexpr size_t kMaxLeafNames = 512;  // dns and addresses together
constexpr size_t kMaxPublicKey = 1024;
constexpr size_t kMaxCommonName = 64;  // RFC 5280 ub-common-name

enum class MessageType : uint8_t {
  kInfo = 1,
  kSign = 2,
  kInfoReply = 129,
  kSignReply = 130,
  kError = 255,
};

struct InfoRequest {};

// What a leaf is to say. The signer builds the certificate; everything else in it is the signer's.
struct SignRequest {
  bool untrusted = false;  // by the CA that nobody trusts (untrusted_ca.h)
  int64_t not_before = 0;
  int64_t not_after = 0;
  std::string common_name;  // may be empty where there is a name
  std::vector<std::string> dns;
  std::vector<IpAddress> addresses;
  std::vector<uint8_t> public_key;  // SubjectPublicKeyInfo, DER: P-256 or RSA 2048 to 4096
};

struct CertificateReply {
  MessageType type = MessageType::kSignReply;
  std::vector<uint8_t> der;
};

using Request = std::variant<InfoRequest, SignRequest>;
using Reply = std::variant<CertificateReply, Status>;  // the Status is never ok

template <typename T>
struct Numbered {
  uint32_t id = 0;
  T body;
};

std::vector<uint8_t> encode(uint32_t id, const Request& request);
std::vector<uint8_t> encode(uint32_t id, const Reply& reply);
// kMalformed where a packet is anything but one whole message of the expected kind.
Result<Numbered<Request>> decode_request(Bytes packet);
Result<Numbered<Reply>> decode_reply(Bytes packet);
// The id of a packet that may be malformed, 0 where there is none.
uint32_t peek_id(Bytes packet);

}  // namespace vitrine::signer
