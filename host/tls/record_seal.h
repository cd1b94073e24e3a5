// Seals one record under a leg's keys, for an alert of ours that the library has no call to send.
//
// TLS 1.3: RFC 8446 section 5.2; TLS 1.2 AES-GCM: RFC 5288 section 3.
#pragma once

#include <cstdint>
#include <vector>

#include "host/base/bytes.h"
#include "host/base/status.h"
#include "host/card/types.h"
#include "host/tls/record_keys.h"

namespace vitrine::tls {

// The record that comes next in direction `out`, header to tag. The caller must not use that record
// number again.
Result<std::vector<uint8_t>> seal_record(card::TlsVersion version, const RecordDirection& out,
                                         uint8_t content_type, Bytes plaintext);

}  // namespace vitrine::tls
