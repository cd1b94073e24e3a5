// Random records on the wire, cut into frames with their pieces, and what OpenSSL says should come
// out.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "sim/bench/aead/engine.h"

namespace vitrine::bench {

struct Record {
  Piece piece;          // keys, nonces, AAD and length; the rest is set for each cut
  ByteVector incoming;  // text and tag under the in key
  ByteVector plain;
  ByteVector outgoing;  // text and tag under the out key
};

struct CutFrame {
  ByteVector bytes;
  std::vector<Piece> pieces;
  // What must come out.
  ByteVector data;
  ByteVector plain;
  std::vector<bool> text;
};

Record make_record(std::mt19937_64& random, uint16_t id, size_t text_bytes);

// A frame of `lead` other bytes and then the bytes [from, to) of the stream of records, each behind
// a header of `header` bytes. Text runs are cut into several pieces with probability
// `split_percent`.
class RecordStream {
 public:
  RecordStream(std::vector<Record> records, size_t header)
      : records_(std::move(records)), header_(header) {}

  size_t size() const;
  CutFrame cut(std::mt19937_64& random, size_t from, size_t to, size_t lead,
               unsigned split_percent) const;
  const std::vector<Record>& records() const { return records_; }

 private:
  std::vector<Record> records_;
  size_t header_;
};

}  // namespace vitrine::bench
