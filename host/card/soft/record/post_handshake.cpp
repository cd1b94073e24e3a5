#include "host/card/soft/record/post_handshake.h"

#include "host/card/soft/record/record_header.h"

namespace vitrine::card::soft {
namespace {

constexpr uint8_t kNewSessionTicket = 4;
constexpr uint8_t kKeyUpdateMessage = 24;

bool is_data_or_alert(uint8_t type) { return type == kApplicationData || type == kAlert; }

}  // namespace

InnerVerdict judge_beginning(uint8_t type, size_t length, const uint8_t* first) {
  if (is_data_or_alert(type)) {
    return InnerVerdict::kPass;
  }
  if (type != kHandshake || length < 5) {
    return InnerVerdict::kForbidden;
  }
  const size_t body = static_cast<size_t>(first[1]) << 16 | load_be16(first + 2);
  if (body + 4 != length) {
    return InnerVerdict::kForbidden;
  }
  if (first[0] == kKeyUpdateMessage && body == 1 && first[4] <= 1) {
    return InnerVerdict::kKeyUpdate;
  }
  return first[0] == kNewSessionTicket ? InnerVerdict::kPass : InnerVerdict::kForbidden;
}

InnerVerdict judge_content(uint8_t type, Bytes content) {
  if (is_data_or_alert(type)) {
    return InnerVerdict::kPass;
  }
  if (type != kHandshake || content.empty()) {
    return InnerVerdict::kForbidden;
  }
  ByteReader reader(content);
  while (!reader.at_end()) {
    const uint8_t message = reader.u8();
    const Bytes body = reader.vector24();
    if (!reader.ok()) {
      return InnerVerdict::kForbidden;
    }
    if (message == kKeyUpdateMessage) {
      return body.size() == 1 && body[0] <= 1 && reader.at_end() ? InnerVerdict::kKeyUpdate
                                                                 : InnerVerdict::kForbidden;
    }
    if (message != kNewSessionTicket) {
      return InnerVerdict::kForbidden;
    }
  }
  return InnerVerdict::kPass;
}

}  // namespace vitrine::card::soft
