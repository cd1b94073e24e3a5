#include "sim/bench/aead/records.h"

#include <algorithm>

#include "tests/support/record_stream.h"

namespace vitrine::bench {

constexpr size_t kTagBytes = 16;

Record make_record(std::mt19937_64& random, uint16_t id, size_t text_bytes) {
  Record record;
  Piece& piece = record.piece;
  piece.kind = PieceKind::kText;
  piece.id = id;
  piece.text_bytes = text_bytes;
  piece.in_key = random_bytes(random, random() % 2 == 0 ? 16 : 32);
  piece.out_key = random_bytes(random, random() % 2 == 0 ? 16 : 32);
  piece.in_nonce = random_bytes(random, 12);
  piece.out_nonce = random_bytes(random, 12);
  const size_t kAadBytes[] = {0, 5, 13, 16};
  const size_t aad_bytes = kAadBytes[random() % 4];
  piece.in_aad = random_bytes(random, aad_bytes);
  piece.out_aad = random_bytes(random, aad_bytes);
  record.plain = random_bytes(random, text_bytes);
  record.incoming = test::gcm_seal(piece.in_key, piece.in_nonce, piece.in_aad, record.plain);
  record.outgoing = test::gcm_seal(piece.out_key, piece.out_nonce, piece.out_aad, record.plain);
  return record;
}

size_t RecordStream::size() const {
  size_t size = 0;
  for (const Record& record : records_) {
    size += header_ + record.incoming.size();
  }
  return size;
}

CutFrame RecordStream::cut(std::mt19937_64& random, size_t from, size_t to, size_t lead,
                           unsigned split_percent) const {
  CutFrame frame;
  frame.bytes = random_bytes(random, lead + to - from);
  frame.data = frame.bytes;
  frame.plain = ByteVector(frame.bytes.size());
  frame.text = std::vector<bool>(frame.bytes.size());
  size_t begin = 0;  // of the record in the stream
  for (const Record& record : records_) {
    const size_t text_begin = begin + header_;
    const size_t text_end = text_begin + record.plain.size();
    const size_t end = text_end + kTagBytes;
    begin = end;
    const size_t text_from = std::clamp(from, text_begin, text_end);
    const size_t text_to = std::clamp(to, text_begin, text_end);
    const size_t tag_from = std::clamp(from, text_end, end);
    const size_t tag_to = std::clamp(to, text_end, end);
    const size_t shift = lead - from;  // stream to frame, modulo 2^64
    for (size_t at = text_from; at < text_to; ++at) {
      const size_t i = at - text_begin;
      frame.bytes[at + shift] = record.incoming[i];
      frame.plain[at + shift] = record.plain[i];
      frame.data[at + shift] = record.outgoing[i];
      frame.text[at + shift] = true;
    }
    for (size_t at = tag_from; at < tag_to; ++at) {
      frame.bytes[at + shift] = record.incoming[at - text_begin];
      frame.data[at + shift] = 0;
    }
    // An empty record's text is where its header ends; whoever sees the first tag byte has it.
    const bool empty_here = record.plain.empty() && from <= text_begin && text_begin < to;
    Piece piece = record.piece;
    for (size_t at = text_from; at < text_to || (empty_here && at == text_from);) {
      piece.start = at + shift;
      piece.offset = at - text_begin;
      piece.bytes = text_to - at;
      if (random() % 100 < split_percent && piece.bytes > 1) {
        piece.bytes = 1 + random() % (piece.bytes - 1);
      }
      at += piece.bytes;
      piece.tag_bytes = at == text_end ? tag_to - tag_from : 0;
      frame.pieces.push_back(piece);
      if (empty_here) {
        break;
      }
    }
    const bool tag_taken = (text_from < text_to && text_to == text_end) || empty_here;
    if (tag_from < tag_to && !tag_taken) {
      piece.kind = PieceKind::kTag;
      piece.start = tag_from + shift;
      piece.offset = tag_from - text_end;
      piece.bytes = tag_to - tag_from;
      piece.tag_bytes = 0;
      frame.pieces.push_back(piece);
    }
  }
  return frame;
}

}  // namespace vitrine::bench
