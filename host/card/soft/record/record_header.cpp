#include "host/card/soft/record/record_header.h"

namespace vitrine::card::soft {
namespace {

constexpr size_t kMaxText = 1 << 14;

std::optional<CloseReason> forbidden_type(TlsVersion version, uint8_t type) {
  if (type == kApplicationData || (type == kAlert && version == TlsVersion::kTls12)) {
    return std::nullopt;
  }
  // A ChangeCipherSpec would change keys that only a handshake knows: it is as unwelcome as any
  // other.
  return type == kHandshake && version == TlsVersion::kTls12 ? CloseReason::kRenegotiation
                                                             : CloseReason::kProtocol;
}

bool length_is_allowed(TlsVersion version, size_t length) {
  return version == TlsVersion::kTls13
             ? length > kTagSize && length <= kMaxText + 256
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

AdditionalData::AdditionalData(TlsVersion version, uint8_t type, uint64_t number,
                               size_t text_size) {
  const bool tls13 = version == TlsVersion::kTls13;
  size_t at = 0;
  if (!tls13) {
    store_be64(bytes_, number);
    at = 8;
  }
  bytes_[at] = type;
  bytes_[at + 1] = 3;
  bytes_[at + 2] = 3;
  store_be16(bytes_ + at + 3, static_cast<uint16_t>(tls13 ? text_size + kTagSize : text_size));
  size_ = at + 5;
}

}  // namespace vitrine::card::soft
