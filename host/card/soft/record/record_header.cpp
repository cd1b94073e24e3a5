#include "host/card/soft/record/record_header.h"

#include <cstring>

namespace vitrine::card::soft {
namespace {

constexpr size_t kMaxText = 1 << 14;

std::optional<CloseReason> forbidden_type(TlsVersion version, uint8_t type) {
  if (type == kApplicationData || (type == kAlert && version == TlsVersion::kTls12)) {
    return std::nullopt;
  }
  // A ChangeCipherSpec would change keys that only a handshake knows: it is as unwelcome as any other.
  return type == kHandshake && version == TlsVersion::kTls12 ? CloseReason::kRenegotiation
                                                             : CloseReason::kProtocol;
}

bool length_is_allowed(TlsVersion version, size_t length) {
  return version == TlsVersion::kTls13 ? length > kTagSize && length <= kMaxText + 256
                                       : length >= 8 + kTagSize && length <= kMaxText + 8 + kTagSize;
}

}  // namespace

std::optional<CloseReason> forbidden_header(TlsVersion version, Bytes known) {
  if (!known.empty()) {
    if (const auto reason = forbidden_type(version, known[0])) {
      return reason;
    }
  }
  if ((known.size() > 1 && known[1] != 3) || (known.size() > 2 && known[2] != 3) ||
      (known.size() > 4 && !length_is_allowed(version, load_be16(known.data() + 3)))) {
    return CloseReason::kProtocol;
  }
  return std::nullopt;
}

size_t make_additional_data(TlsVersion version, uint8_t type, uint64_t number, size_t text_size,
                            uint8_t* block) {
  std::memset(block, 0, 16);
  size_t at = 0;
  size_t length = text_size + kTagSize;
  if (version == TlsVersion::kTls12) {
    store_be64(block, number);
    at = 8;
    length = text_size;
  }
  block[at] = type;
  block[at + 1] = 3;
  block[at + 2] = 3;
  store_be16(block + at + 3, static_cast<uint16_t>(length));
  return at + 5;
}

}  // namespace vitrine::card::soft
