// One direction of a splice: which record every byte of the TCP stream belongs to, what may leave,
// and with which keys.
//
// A payload is walked from its first byte and cut at the first byte that may not leave:
//   acknowledged already          blanked; its receiver discards it
//   of a known record, new        re-encrypted and added to the record's sums
//   of a known record, seen       re-encrypted; header and tag come from what is stored
//   a header, next in order       makes the record known
//   tag of a record with a hole, past an unseen header, a fifth hole, ring full, keys missing:  the
//   cut
// Bytes that are cut off count as never seen, but for whole headers directly behind a known record:
// these are learned, so that packets after a cut one are of use.
//
// Sequence numbers are those of the incoming stream. Memory: none is allocated but in
// install_keys().
#pragma once

#include <cstdint>
#include <optional>

#include "host/base/bytes.h"
#include "host/base/status.h"
#include "host/card/soft/record/key_generations.h"
#include "host/card/soft/record/post_handshake.h"
#include "host/card/soft/record/record_cipher.h"
#include "host/card/soft/record/record_ring.h"
#include "host/card/soft/record/seen_bytes.h"
#include "host/card/soft/splicer.h"
#include "host/card/types.h"

namespace vitrine::card::soft {

struct PayloadEdit {
  uint32_t leaves = 0;                            // bytes that may leave: a prefix
  DropReason reason = DropReason::kUnseenHeader;  // why the rest may not, where there is a rest
  std::optional<CloseReason> failure;             // the splice must end
  uint64_t record = 0;                            // in which record, for a failure
  uint64_t fresh = 0;                             // bytes let through for the first time
  uint32_t records = 0;                           // that verified
};

class DirectionTracker {
 public:
  // The engine and the pool outlive the tracker.
  DirectionTracker(Direction direction, TlsVersion version, const SpliceDirection& splice,
                   const AesEngine& aes, RecordChunkPool& pool);

  Status install_keys(const RecordKey& in, const RecordKey& out);
  // REQUIRES: the 16 bytes before the payload are writable (they are put back as they were).
  PayloadEdit pass(MutableBytes payload, Sequence begin, SpliceSink& sink);
  // The receiver has everything before `sequence`. REQUIRES: at most high().
  void acknowledge(Sequence sequence);

  // One past the highest byte let through.
  Sequence high() const { return seen_.high(); }
  // True where all bytes before `end` belong to records that have verified.
  bool verified(Sequence begin, Sequence end) const;
  // Keys, sums and slots go; nothing can be passed afterwards.
  void zeroize();

 private:
  struct Walk {
    MutableBytes payload;
    Sequence begin;
    SpliceSink& sink;
    size_t at = 0;
    bool stopped = false;
    PayloadEdit edit{};

    Sequence sequence() const { return begin + static_cast<Sequence>(at); }
    size_t left() const { return payload.size() - at; }
    void stop(DropReason reason) {
      stopped = true;
      edit.reason = reason;
    }
  };

  Sequence base() const { return ring_.empty() ? frontier_ : ring_.front().begin; }
  size_t text_begin() const { return header_size(version_); }

  void step(Walk& walk);
  void pass_header(Walk& walk);
  void pass_record(Walk& walk, RecordSlot& slot);
  void pass_known_header(Walk& walk, const RecordSlot& slot, size_t offset, size_t limit);
  void pass_whole(Walk& walk, RecordSlot& slot);
  void pass_text(Walk& walk, RecordSlot& slot, size_t offset, size_t limit);
  void pass_tag(Walk& walk, RecordSlot& slot, size_t offset, size_t limit);

  std::optional<DropReason> header_must_wait() const;
  void outgoing_header(const uint8_t* incoming, uint64_t explicit_nonce, uint8_t* out) const;
  void open_slot();
  void learn_headers(const Walk& walk);
  void complete(Walk& walk, RecordSlot& slot, InnerVerdict verdict, uint8_t type, size_t length);
  static void fail(Walk& walk, Sequence record_begin, uint64_t record, CloseReason close,
                   DropReason drop);
  void fail_record(Walk& walk, const RecordSlot& slot, CloseReason close, DropReason drop) const;
  void tap(Walk& walk, const RecordSlot& slot, size_t offset, Bytes plaintext);

  const Direction direction_;
  const TlsVersion version_;
  const TapMode tap_mode_;
  const AesEngine& aes_;
  RecordCipher cipher_;
  KeyGenerations keys_;
  RecordRing ring_;
  SeenBytes seen_;
  Sequence frontier_;  // where the next record begins of which no header is known
  uint8_t header_[kMaxHeaderSize] = {};
  size_t header_known_ = 0;  // bytes of the header at the frontier, all of them let through
  uint64_t next_in_;
  uint64_t next_out_;
  uint64_t next_explicit_;
  uint64_t next_counted_;
  uint64_t tap_left_;
};

}  // namespace vitrine::card::soft
