// Opens TLS records by hand, as the card would, to see that a leg's keys and numbers are right.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/base/bytes.h"
#include "host/tls/record_keys.h"

namespace vitrine::tls::test {

struct OpenedRecord {
  uint8_t content_type = 0;
  std::string plaintext;
};

// The records in `stream`, whole and in order.
std::vector<Bytes> split_records(Bytes stream);

// Opens one record with key and number `number`; nullopt where its tag does not verify.
std::optional<OpenedRecord> open_record(card::TlsVersion version, const card::RecordKey& key,
                                        uint64_t number, Bytes record);

}  // namespace vitrine::tls::test
