// What the engine remembers of a record in flight. Set when its header is known, forgotten when the
// receiver has acknowledged it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "host/card/soft/record/ghash_path.h"
#include "host/card/soft/record/record_header.h"
#include "host/card/soft/record/sequence.h"

namespace vitrine::card::soft {

struct RecordSlot {
  static constexpr uint16_t kWholeTag = 0xffff;

  Sequence begin = 0;    // of the header, as received
  uint16_t size = 0;     // header, ciphertext and tag
  uint16_t text = 0;     // ciphertext bytes
  uint16_t seen = 0;     // of which are in the sums
  uint16_t tag_let = 0;  // a bit for each tag byte that has been compared and let go
  uint8_t type = 0;      // of the header
  bool in_masked = false;
  bool out_masked = false;
  bool finished = false;  // the sums are the tags
  bool verified = false;
  uint32_t generation = 0;
  uint64_t in_number = 0;
  uint64_t out_number = 0;
  uint64_t in_explicit = 0;  // TLS 1.2
  uint64_t out_explicit = 0;
  uint64_t counted = 0;  // record number over all generations, for the tap
  GhashBlock in_sum;     // finished: the tag that the sender must have sent
  GhashBlock out_sum;    // finished: the tag that leaves
  // TLS 1.3: the content type is the last byte that is not zero; -1 while none was seen.
  int16_t content_type_at = -1;
  uint8_t content_type = 0;
  uint8_t first[5] = {};  // plaintext, to tell handshake messages

  Sequence end() const { return begin + size; }
  bool untouched() const { return seen == 0 && tag_let == 0; }
};

}  // namespace vitrine::card::soft
