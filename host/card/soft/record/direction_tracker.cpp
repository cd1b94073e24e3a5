#include "host/card/soft/record/direction_tracker.h"

#include <algorithm>
#include <cstring>

#include <openssl/crypto.h>

namespace vitrine::card::soft {
namespace {

// A record of TLS 1.3 this short might be a KeyUpdate: what follows has to wait until it is known.
constexpr size_t kMayBeKeyUpdate = 64;

// Keeps the beginning and the content type (the last byte that is not padding) of a piece's
// plaintext.
void observe(RecordSlot& slot, Bytes plaintext, size_t offset) {
  for (size_t i = offset; i < sizeof slot.first && i - offset < plaintext.size(); ++i) {
    slot.first[i] = plaintext[i - offset];
  }
  for (size_t i = plaintext.size(); i > 0; --i) {
    const auto at = static_cast<int>(offset + i - 1);
    if (at <= slot.content_type_at) {
      return;
    }
    if (plaintext[i - 1] != 0) {
      slot.content_type_at = static_cast<int16_t>(at);
      slot.content_type = plaintext[i - 1];
      return;
    }
  }
}

}  // namespace

DirectionTracker::DirectionTracker(Direction direction, TlsVersion version,
                                   const SpliceDirection& splice, const AesEngine& aes,
                                   RecordChunkPool& pool)
    : direction_(direction),
      version_(version),
      tap_mode_(splice.tap),
      aes_(aes),
      cipher_(aes, version),
      ring_(pool),
      seen_(splice.first_sequence),
      frontier_(splice.first_sequence),
      next_in_(splice.in_record),
      next_out_(splice.out_record),
      next_explicit_(splice.out_explicit_nonce),
      next_counted_(splice.in_record),
      tap_left_(splice.tap == TapMode::kAll ? UINT64_MAX : splice.tap_bytes) {}

Status DirectionTracker::install_keys(const RecordKey& in, const RecordKey& out) {
  return keys_.install(aes_, in, out);
}

PayloadEdit DirectionTracker::pass(MutableBytes payload, Sequence begin, SpliceSink& sink) {
  Walk walk{payload, begin, sink};
  while (!walk.stopped && walk.left() > 0) {
    step(walk);
  }
  walk.edit.leaves = static_cast<uint32_t>(walk.at);
  if (walk.edit.failure) {
    // Decrypted or not, what may not leave must not be found in the frame.
    OPENSSL_cleanse(payload.data() + walk.at, walk.left());
  } else if (walk.left() > 0) {
    learn_headers(walk);
  }
  return walk.edit;
}

void DirectionTracker::step(Walk& walk) {
  const Sequence at = walk.sequence();
  const int32_t acknowledged = sequence_distance(base(), at);
  if (acknowledged > 0) {
    const size_t size = std::min(walk.left(), static_cast<size_t>(acknowledged));
    std::memset(walk.payload.data() + walk.at, 0, size);
    walk.at += size;
  } else if (sequence_before(at, frontier_)) {
    pass_record(walk, ring_.at(ring_.find(at)));
  } else {
    pass_header(walk);
  }
}

std::optional<DropReason> DirectionTracker::header_must_wait() const {
  if (version_ == TlsVersion::kTls13 && !ring_.empty() && !ring_.back().verified &&
      ring_.back().text <= kMayBeKeyUpdate) {
    return DropReason::kUnseenHeader;
  }
  if (!keys_.has(keys_.current())) {
    return DropReason::kAwaitingKeys;
  }
  if (!ring_.can_push()) {
    return DropReason::kRingFull;
  }
  return std::nullopt;
}

void DirectionTracker::outgoing_header(const uint8_t* incoming, uint64_t explicit_nonce,
                                       uint8_t* out) const {
  std::memcpy(out, incoming, 5);
  if (version_ == TlsVersion::kTls12) {
    store_be64(out + kExplicitNonceAt, explicit_nonce);
  }
}

void DirectionTracker::pass_header(Walk& walk) {
  const Sequence at = walk.sequence();
  const auto offset = static_cast<size_t>(at - frontier_);
  if (offset > header_known_) {
    return walk.stop(DropReason::kUnseenHeader);
  }
  uint8_t out[kMaxHeaderSize];
  size_t size = std::min(walk.left(), text_begin() - offset);
  if (offset == header_known_) {
    if (const auto reason = header_must_wait()) {
      return walk.stop(*reason);
    }
    std::memcpy(header_ + offset, walk.payload.data() + walk.at, size);
    if (const auto reason = forbidden_header(version_, {header_, offset + size})) {
      return fail(walk, frontier_, next_counted_, *reason, DropReason::kProtocol);
    }
    if (!seen_.add(at, at + static_cast<Sequence>(size), walk.edit.fresh)) {
      return walk.stop(DropReason::kHoleLimit);
    }
    header_known_ += size;
  } else {
    size = std::min(size, header_known_ - offset);
  }
  outgoing_header(header_, next_explicit_, out);
  std::memcpy(walk.payload.data() + walk.at, out + offset, size);
  walk.at += size;
  if (header_known_ == text_begin()) {
    open_slot();
  }
}

void DirectionTracker::open_slot() {
  RecordSlot& slot = ring_.push();
  slot.begin = frontier_;
  slot.size = record_size(header_);
  slot.text = static_cast<uint16_t>(slot.size - text_begin() - kTagSize);
  slot.type = header_[0];
  slot.generation = keys_.current();
  slot.in_number = next_in_++;
  slot.out_number = next_out_++;
  slot.counted = next_counted_++;
  if (version_ == TlsVersion::kTls12) {
    slot.in_explicit = load_be64(header_ + kExplicitNonceAt);
    slot.out_explicit = next_explicit_++;
  }
  frontier_ = slot.end();
  header_known_ = 0;
}

void DirectionTracker::learn_headers(const Walk& walk) {
  const auto end = static_cast<int64_t>(walk.payload.size());
  for (;;) {
    const int64_t header = sequence_distance(frontier_, walk.begin);
    const int64_t next = header + static_cast<int64_t>(header_known_);
    const int64_t text = header + static_cast<int64_t>(text_begin());
    if (next < static_cast<int64_t>(walk.at) || text > end || header_must_wait()) {
      return;
    }
    std::memcpy(header_ + header_known_, walk.payload.data() + next,
                static_cast<size_t>(text - next));
    if (forbidden_header(version_, {header_, text_begin()})) {
      return;  // it is judged when it comes in order
    }
    open_slot();
  }
}

void DirectionTracker::pass_record(Walk& walk, RecordSlot& slot) {
  const auto offset = static_cast<size_t>(walk.sequence() - slot.begin);
  const size_t limit = std::min(offset + walk.left(), static_cast<size_t>(slot.size));
  const size_t tag_begin = text_begin() + slot.text;
  if (offset < text_begin()) {
    pass_known_header(walk, slot, offset, std::min(limit, text_begin()));
  } else if (offset == text_begin() && limit == slot.size && slot.untouched()) {
    pass_whole(walk, slot);
  } else if (offset < tag_begin) {
    pass_text(walk, slot, offset, std::min(limit, tag_begin));
  } else {
    pass_tag(walk, slot, offset, limit);
  }
}

void DirectionTracker::pass_known_header(Walk& walk, const RecordSlot& slot, size_t offset,
                                         size_t limit) {
  const Sequence at = walk.sequence();
  if (!seen_.add(at, slot.begin + static_cast<Sequence>(limit), walk.edit.fresh)) {
    return walk.stop(DropReason::kHoleLimit);
  }
  uint8_t known[5] = {slot.type, 3, 3};
  store_be16(known + 3, static_cast<uint16_t>(slot.size - 5));
  uint8_t header[kMaxHeaderSize];
  outgoing_header(known, slot.out_explicit, header);
  std::memcpy(walk.payload.data() + walk.at, header + offset, limit - offset);
  walk.at += limit - offset;
}

// Verified before any byte of it leaves: a record that fails is cut off with its header.
void DirectionTracker::pass_whole(Walk& walk, RecordSlot& slot) {
  if (!seen_.add(walk.sequence(), slot.end(), walk.edit.fresh)) {
    return walk.stop(DropReason::kHoleLimit);
  }
  const GenerationKeys& keys = keys_.get(slot.generation);
  const MutableBytes text = walk.payload.subspan(walk.at, slot.text);
  uint8_t* tag = text.data() + text.size();
  if (!cipher_.open_whole(keys.in, slot, text, tag)) {
    return fail_record(walk, slot, CloseReason::kBadRecord, DropReason::kBadRecord);
  }
  InnerVerdict verdict = InnerVerdict::kPass;
  uint8_t type = slot.type;
  size_t length = text.size();
  if (version_ == TlsVersion::kTls13) {
    observe(slot, text, 0);
    type = slot.content_type;
    length = static_cast<size_t>(std::max<int>(slot.content_type_at, 0));
    verdict = judge_content(type, text.first(length));
    if (verdict == InnerVerdict::kForbidden ||
        (verdict == InnerVerdict::kKeyUpdate && slot.end() != frontier_)) {
      return fail_record(walk, slot, CloseReason::kProtocol, DropReason::kProtocol);
    }
  }
  tap(walk, slot, 0, text);
  cipher_.seal_whole(keys.out, slot, text);
  store_ghash_block(tag, slot.out_sum);
  slot.tag_let = RecordSlot::kWholeTag;
  walk.at += text.size() + kTagSize;
  complete(walk, slot, verdict, type, length);
}

void DirectionTracker::pass_text(Walk& walk, RecordSlot& slot, size_t offset, size_t limit) {
  const Sequence at = walk.sequence();
  const SeenBytes::Run run = seen_.run_at(at, slot.begin + static_cast<Sequence>(limit));
  if (run.fresh && !seen_.add(at, run.end, walk.edit.fresh)) {
    return walk.stop(DropReason::kHoleLimit);
  }
  const GenerationKeys& keys = keys_.get(slot.generation);
  const MutableBytes piece = walk.payload.subspan(walk.at, run.end - at);
  const size_t text_offset = offset - text_begin();
  cipher_.open(keys.in, slot, piece, text_offset, run.fresh);
  if (run.fresh) {
    if (version_ == TlsVersion::kTls13) {
      observe(slot, piece, text_offset);
    }
    tap(walk, slot, text_offset, piece);
  }
  cipher_.seal(keys.out, slot, piece, text_offset, run.fresh);
  walk.at += piece.size();
}

// A tag byte leaves after the byte that came in its place was right; from then on it is the stored
// one.
void DirectionTracker::pass_tag(Walk& walk, RecordSlot& slot, size_t offset, size_t limit) {
  if (slot.seen != slot.text) {
    return walk.stop(DropReason::kIncompleteRecord);
  }
  if (!slot.finished) {
    cipher_.finish(keys_.get(slot.generation), slot);
  }
  uint8_t expected[kTagSize];
  uint8_t outgoing[kTagSize];
  store_ghash_block(expected, slot.in_sum);
  store_ghash_block(outgoing, slot.out_sum);
  const size_t tag_begin = text_begin() + slot.text;
  uint8_t* bytes = walk.payload.data() + walk.at;
  uint16_t compared = 0;
  uint8_t difference = 0;
  for (size_t i = offset; i < limit; ++i) {
    const auto bit = static_cast<uint16_t>(1U << (i - tag_begin));
    if ((slot.tag_let & bit) == 0) {
      difference |= static_cast<uint8_t>(bytes[i - offset] ^ expected[i - tag_begin]);
      compared |= bit;
    }
  }
  if (difference != 0) {
    return fail_record(walk, slot, CloseReason::kBadRecord, DropReason::kBadRecord);
  }
  const bool last = (slot.tag_let | compared) == RecordSlot::kWholeTag && !slot.verified;
  InnerVerdict verdict = InnerVerdict::kPass;
  uint8_t type = slot.type;
  size_t length = slot.text;
  if (last && version_ == TlsVersion::kTls13) {
    type = slot.content_type;
    length = static_cast<size_t>(std::max<int>(slot.content_type_at, 0));
    verdict = judge_beginning(type, length, slot.first);
    if (verdict == InnerVerdict::kForbidden ||
        (verdict == InnerVerdict::kKeyUpdate && slot.end() != frontier_)) {
      return fail_record(walk, slot, CloseReason::kProtocol, DropReason::kProtocol);
    }
  }
  if (!seen_.add(walk.sequence(), slot.begin + static_cast<Sequence>(limit), walk.edit.fresh)) {
    return walk.stop(DropReason::kHoleLimit);
  }
  slot.tag_let |= compared;
  std::memcpy(bytes, outgoing + (offset - tag_begin), limit - offset);
  walk.at += limit - offset;
  if (last) {
    complete(walk, slot, verdict, type, length);
  }
}

void DirectionTracker::complete(Walk& walk, RecordSlot& slot, InnerVerdict verdict, uint8_t type,
                                size_t length) {
  slot.verified = true;
  ++walk.edit.records;
  if (tap_mode_ != TapMode::kNone) {
    walk.sink.tap_record(direction_, slot.counted, true, type, static_cast<uint32_t>(length));
  }
  if (verdict == InnerVerdict::kKeyUpdate) {
    keys_.advance();
    next_in_ = 0;
    next_out_ = 0;
    walk.sink.key_update(direction_, keys_.current());
  }
}

void DirectionTracker::tap(Walk& walk, const RecordSlot& slot, size_t offset, Bytes plaintext) {
  if (tap_mode_ == TapMode::kNone || tap_left_ == 0) {
    return;
  }
  const size_t size = std::min<uint64_t>(plaintext.size(), tap_left_);
  tap_left_ -= size;
  walk.sink.tap_bytes(direction_, slot.counted, static_cast<uint32_t>(offset),
                      plaintext.first(size));
}

void DirectionTracker::fail(Walk& walk, Sequence record_begin, uint64_t record, CloseReason close,
                            DropReason drop) {
  walk.at = static_cast<size_t>(std::max(0, sequence_distance(record_begin, walk.begin)));
  walk.edit.failure = close;
  walk.edit.record = record;
  walk.stop(drop);
}

void DirectionTracker::fail_record(Walk& walk, const RecordSlot& slot, CloseReason close,
                                   DropReason drop) const {
  if (tap_mode_ != TapMode::kNone) {
    walk.sink.tap_record(direction_, slot.counted, false, slot.type, slot.text);
  }
  fail(walk, slot.begin, slot.counted, close, drop);
}

void DirectionTracker::acknowledge(Sequence sequence) {
  while (!ring_.empty() && ring_.front().verified &&
         sequence_at_most(ring_.front().end(), sequence)) {
    ring_.pop();
  }
  seen_.forget_before(base());
  keys_.release_before(ring_.empty() ? keys_.current() : ring_.front().generation);
}

bool DirectionTracker::verified(Sequence begin, Sequence end) const {
  if (sequence_before(frontier_, end)) {
    return false;
  }
  const Sequence from = sequence_max(begin, base());
  if (sequence_at_most(end, from)) {
    return true;
  }
  for (size_t i = ring_.find(from); i < ring_.size() && sequence_before(ring_.at(i).begin, end);
       ++i) {
    if (!ring_.at(i).verified) {
      return false;
    }
  }
  return true;
}

void DirectionTracker::zeroize() {
  keys_.wipe();
  ring_.clear();
  OPENSSL_cleanse(header_, sizeof header_);
}

}  // namespace vitrine::card::soft
