// Stages: (1) walk the record headers and gather the handshake message, (2) read its fixed part,
// (3) read the extensions that matter. Only stage 1 can ask for more bytes.
#include "host/tls/client_hello.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "host/tls/hello_extensions.h"

namespace vitrine::tls {
namespace {

constexpr uint8_t kHandshakeRecord = 22;
constexpr uint8_t kClientHelloMessage = 1;
constexpr size_t kRecordHeader = 5;
constexpr size_t kMessageHeader = 4;
constexpr size_t kMaxRecordPayload = 1 << 14;  // RFC 8446 section 5.1
constexpr uint16_t kRenegotiationScsv = 0x00ff;
constexpr uint16_t kFallbackScsv = 0x5600;

HelloParse decided(HelloStatus status, std::string why) {
  HelloParse parse;
  parse.status = status;
  parse.error = std::move(why);
  return parse;
}

HelloParse malformed(std::string why) {
  return decided(HelloStatus::kMalformed, "ClientHello: " + std::move(why));
}

// Refuses what cannot be a TLS handshake record as soon as a byte shows it.
std::optional<HelloParse> refuse_first_bytes(Bytes payload) {
  if (!payload.empty() && payload[0] != kHandshakeRecord) {
    return decided(HelloStatus::kNotTls,
                   (payload[0] & 0x80) != 0
                       ? fmt::format("not a TLS record: first byte 0x{:02x}, perhaps an "
                                     "SSLv2-compatible hello, which is not supported",
                                     payload[0])
                       : fmt::format("not a TLS record: first byte 0x{:02x}", payload[0]));
  }
  if (payload.size() > 1 && payload[1] != 3) {
    return decided(HelloStatus::kNotTls,
                   fmt::format("not a TLS record: major version {}", payload[1]));
  }
  return std::nullopt;
}

// Stage 1: the message, contiguous; in `storage` where several records carry it.
struct Gathered {
  Bytes message;
  std::vector<uint8_t> storage;
  size_t consumed = 0;
};

// What the first bytes of the message say, wherever records cut them.
struct MessageStart {
  std::array<uint8_t, kMessageHeader> bytes{};
  size_t count = 0;

  void add(Bytes fragment) {
    const size_t n = std::min(fragment.size(), kMessageHeader - count);
    std::copy_n(fragment.begin(), n, bytes.begin() + static_cast<ptrdiff_t>(count));
    count += n;
  }
  bool wrong_type() const { return count > 0 && bytes[0] != kClientHelloMessage; }
  bool complete() const { return count == kMessageHeader; }
  // REQUIRES: complete().
  size_t message_size() const { return kMessageHeader + (load_be32(bytes.data()) & 0xffffff); }
};

HelloParse too_large() {
  HelloParse parse = malformed("larger than 64 KiB");
  parse.too_large = true;
  return parse;
}

std::optional<HelloParse> gather(Bytes payload, Gathered& out) {
  MessageStart start;
  size_t have = 0;
  size_t pos = 0;
  std::vector<Bytes> fragments;
  while (true) {
    const Bytes rest = payload.subspan(pos);
    if (const auto refused = refuse_first_bytes(rest)) {
      return pos == 0 ? *refused : malformed("interrupted by another kind of record");
    }
    if (rest.size() < kRecordHeader) {
      return HelloParse{};
    }
    const size_t length = load_be16(rest.data() + 3);
    if (length == 0 || length > kMaxRecordPayload) {
      return malformed(fmt::format("record of {} bytes", length));
    }
    if (pos + kRecordHeader + length > kMaxHelloWireBytes) {
      return too_large();
    }
    const Bytes here = rest.subspan(kRecordHeader, std::min(length, rest.size() - kRecordHeader));
    start.add(here);
    if (start.wrong_type()) {
      return malformed(fmt::format("handshake message of type {} instead", start.bytes[0]));
    }
    if (start.complete() && start.message_size() > kMaxHelloBytes) {
      return too_large();
    }
    // Known from the headers alone, so said before the bytes are there.
    if (start.complete() && have + length > start.message_size()) {
      return malformed("bytes follow it in its record");
    }
    if (here.size() < length) {
      return HelloParse{};
    }
    have += length;
    pos += kRecordHeader + length;
    fragments.push_back(here);
    if (start.complete() && have == start.message_size()) {
      break;
    }
  }
  out.consumed = pos;
  out.message = fragments.front();
  if (fragments.size() > 1) {
    out.storage.reserve(have);
    for (const Bytes fragment : fragments) {
      out.storage.insert(out.storage.end(), fragment.begin(), fragment.end());
    }
    out.message = out.storage;
  }
  return std::nullopt;
}

std::string read_cipher_suites(Bytes list, ClientHello& hello) {
  if (list.size() < 2 || list.size() % 2 != 0) {
    return fmt::format("cipher suite list of {} bytes", list.size());
  }
  ByteReader reader(list);
  while (!reader.at_end()) {
    const uint16_t suite = reader.u16();
    if (suite == kFallbackScsv) {
      hello.has_fallback_scsv = true;
    } else if (suite != kRenegotiationScsv && !is_grease(suite)) {
      hello.cipher_suites.push_back(suite);
    }
  }
  return {};
}

// Stage 2; "" or what is wrong.
std::string read_message(Bytes message, ClientHello& hello) {
  ByteReader reader(message);
  reader.skip(kMessageHeader);
  hello.legacy_version = reader.u16();
  reader.skip(32);
  const Bytes session_id = reader.vector8();
  const Bytes suites = reader.vector16();
  const Bytes compressions = reader.vector8();
  if (!reader.ok()) {
    return "truncated";
  }
  if (hello.legacy_version >> 8 != 3) {
    return fmt::format("version 0x{:04x}", hello.legacy_version);
  }
  if (session_id.size() > 32) {
    return fmt::format("session id of {} bytes", session_id.size());
  }
  hello.session_id_length = session_id.size();
  if (std::string error = read_cipher_suites(suites, hello); !error.empty()) {
    return error;
  }
  if (std::find(compressions.begin(), compressions.end(), 0) == compressions.end()) {
    return "no null compression";
  }
  if (!reader.at_end()) {
    const Bytes extensions = reader.vector16();
    if (!reader.ok() || !reader.at_end()) {
      return "extension block does not fill the message";
    }
    if (std::string error = read_extensions(extensions, hello); !error.empty()) {
      return error;
    }
  }
  if (hello.versions.empty()) {
    for (uint16_t v = std::min<uint16_t>(hello.legacy_version, 0x0303); v >= 0x0301; --v) {
      hello.versions.push_back(v);
    }
  }
  return {};
}

}  // namespace

bool ClientHello::offers_version(uint16_t version) const {
  return std::find(versions.begin(), versions.end(), version) != versions.end();
}

bool ClientHello::offers_signature(uint16_t scheme) const {
  return std::find(signature_algorithms.begin(), signature_algorithms.end(), scheme) !=
         signature_algorithms.end();
}

HelloParse parse_client_hello(Bytes payload) {
  Gathered gathered;
  if (auto undone = gather(payload, gathered)) {
    return *std::move(undone);
  }
  HelloParse parse;
  if (std::string error = read_message(gathered.message, parse.hello); !error.empty()) {
    return malformed(std::move(error));
  }
  parse.status = HelloStatus::kComplete;
  parse.bytes_consumed = gathered.consumed;
  return parse;
}

}  // namespace vitrine::tls
