#include "host/signer/protocol.h"

#include <algorithm>
#include <string_view>

namespace vitrine::signer {
namespace {

constexpr uint8_t kLastCode = static_cast<uint8_t>(Code::kInternal);
constexpr size_t kMaxErrorText = 1024;

class Writer {
 public:
  Writer(MessageType type, uint32_t id) {
    u16(kMagic);
    u8(kProtocolVersion);
    u8(static_cast<uint8_t>(type));
    u32(id);
    u32(0);  // the body's length, when it is known
  }

  void u8(uint8_t v) { bytes_.push_back(v); }
  void u16(uint16_t v) {
    u8(static_cast<uint8_t>(v >> 8));
    u8(static_cast<uint8_t>(v));
  }
  void u32(uint32_t v) {
    u16(static_cast<uint16_t>(v >> 16));
    u16(static_cast<uint16_t>(v));
  }
  void i64(int64_t v) {
    u32(static_cast<uint32_t>(static_cast<uint64_t>(v) >> 32));
    u32(static_cast<uint32_t>(v));
  }
  void raw(Bytes bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  // REQUIRES: bytes fit the prefix.
  void vector8(Bytes bytes) {
    u8(static_cast<uint8_t>(bytes.size()));
    raw(bytes);
  }
  void vector16(Bytes bytes) {
    u16(static_cast<uint16_t>(bytes.size()));
    raw(bytes);
  }
  void vector24(Bytes bytes) {
    u8(static_cast<uint8_t>(bytes.size() >> 16));
    vector16_tail(bytes);
  }

  std::vector<uint8_t> finish() {
    store_be32(bytes_.data() + 8, static_cast<uint32_t>(bytes_.size() - kHeaderSize));
    return std::move(bytes_);
  }

 private:
  void vector16_tail(Bytes bytes) {
    u16(static_cast<uint16_t>(bytes.size() & 0xffff));
    raw(bytes);
  }

  std::vector<uint8_t> bytes_;
};

Status malformed(std::string_view what) {
  return {Code::kMalformed, "signer message: " + std::string(what)};
}

struct Packet {
  MessageType type;
  uint32_t id;
  Bytes body;
};

Result<Packet> open_packet(Bytes packet) {
  if (packet.size() < kHeaderSize || packet.size() > kMaxMessage) {
    return malformed("impossible size");
  }
  ByteReader reader(packet);
  if (reader.u16() != kMagic) {
    return malformed("wrong magic number");
  }
  if (reader.u8() != kProtocolVersion) {
    return malformed("another version; vitrined and vitrine-signer must be of one build");
  }
  const auto type = static_cast<MessageType>(reader.u8());
  const uint32_t id = reader.u32();
  if (reader.u32() != reader.remaining()) {
    return malformed("length that is not the packet's");
  }
  return Packet{type, id, reader.rest()};
}

int64_t read_i64(ByteReader& reader) {
  const uint64_t high = reader.u32();
  return static_cast<int64_t>(high << 32 | reader.u32());
}

std::string read_text(Bytes bytes) { return std::string(as_text(bytes)); }

Result<SignRequest> read_sign(Bytes body) {
  ByteReader reader(body);
  SignRequest request;
  const uint8_t which = reader.u8();
  if (which > 1) {
    return malformed("a CA that there is not");
  }
  request.untrusted = which == 1;
  request.not_before = read_i64(reader);
  request.not_after = read_i64(reader);
  request.common_name = read_text(reader.vector8());
  const size_t dns_count = reader.u16();
  if (dns_count > kMaxLeafNames) {
    return malformed("too many names");
  }
  for (size_t i = 0; i < dns_count && reader.ok(); ++i) {
    request.dns.push_back(read_text(reader.vector8()));
  }
  const size_t address_count = reader.u16();
  if (address_count > kMaxLeafNames) {
    return malformed("too many addresses");
  }
  for (size_t i = 0; i < address_count && reader.ok(); ++i) {
    const Bytes address = reader.vector8();
    if (address.size() != 4 && address.size() != 16) {
      return malformed("address of neither family");
    }
    request.addresses.push_back(IpAddress::from_bytes(address));
  }
  const Bytes key = reader.vector16();
  request.public_key.assign(key.begin(), key.end());
  if (!reader.ok() || !reader.at_end()) {
    return malformed("fields do not fill the body");
  }
  return request;
}

Result<Reply> read_error(Bytes body) {
  ByteReader reader(body);
  const uint8_t code = reader.u8();
  const Bytes text = reader.vector16();
  if (!reader.ok() || !reader.at_end() || code == 0 || code > kLastCode ||
      text.size() > kMaxErrorText) {
    return malformed("error that does not parse");
  }
  return Reply(Status(static_cast<Code>(code), read_text(text)));
}

std::vector<uint8_t> encode_sign(uint32_t id, const SignRequest& request) {
  Writer writer(MessageType::kSign, id);
  writer.u8(request.untrusted ? 1 : 0);
  writer.i64(request.not_before);
  writer.i64(request.not_after);
  writer.vector8(as_bytes(std::string_view(request.common_name).substr(0, 255)));
  writer.u16(static_cast<uint16_t>(request.dns.size()));
  for (const std::string& name : request.dns) {
    writer.vector8(as_bytes(std::string_view(name).substr(0, 255)));
  }
  writer.u16(static_cast<uint16_t>(request.addresses.size()));
  for (const IpAddress& address : request.addresses) {
    writer.vector8(address.view());
  }
  writer.vector16(request.public_key);
  return writer.finish();
}

}  // namespace

std::vector<uint8_t> encode(uint32_t id, const Request& request) {
  if (const auto* sign = std::get_if<SignRequest>(&request)) {
    return encode_sign(id, *sign);
  }
  return Writer(MessageType::kInfo, id).finish();
}

std::vector<uint8_t> encode(uint32_t id, const Reply& reply) {
  if (const auto* certificate = std::get_if<CertificateReply>(&reply)) {
    Writer writer(certificate->type, id);
    writer.vector24(certificate->der);
    return writer.finish();
  }
  const auto& status = std::get<Status>(reply);
  Writer writer(MessageType::kError, id);
  writer.u8(static_cast<uint8_t>(status.code()));
  writer.vector16(as_bytes(std::string_view(status.message()).substr(0, kMaxErrorText)));
  return writer.finish();
}

Result<Numbered<Request>> decode_request(Bytes packet) {
  const Result<Packet> opened = open_packet(packet);
  if (!opened) {
    return opened.status();
  }
  switch (opened->type) {
    case MessageType::kInfo:
      if (!opened->body.empty()) {
        return malformed("info request with a body");
      }
      return Numbered<Request>{opened->id, InfoRequest{}};
    case MessageType::kSign: {
      Result<SignRequest> request = read_sign(opened->body);
      if (!request) {
        return request.status();
      }
      return Numbered<Request>{opened->id, std::move(request).value()};
    }
    default:
      return malformed("not a request");
  }
}

Result<Numbered<Reply>> decode_reply(Bytes packet) {
  const Result<Packet> opened = open_packet(packet);
  if (!opened) {
    return opened.status();
  }
  if (opened->type == MessageType::kError) {
    Result<Reply> error = read_error(opened->body);
    if (!error) {
      return error.status();
    }
    return Numbered<Reply>{opened->id, std::move(error).value()};
  }
  if (opened->type != MessageType::kInfoReply && opened->type != MessageType::kSignReply) {
    return malformed("not a reply");
  }
  ByteReader reader(opened->body);
  const Bytes der = reader.vector24();
  if (!reader.ok() || !reader.at_end() || der.empty()) {
    return malformed("certificate does not fill the body");
  }
  return Numbered<Reply>{opened->id, CertificateReply{opened->type, {der.begin(), der.end()}}};
}

uint32_t peek_id(Bytes packet) {
  return packet.size() >= kHeaderSize ? load_be32(packet.data() + 4) : 0;
}

}  // namespace vitrine::signer
