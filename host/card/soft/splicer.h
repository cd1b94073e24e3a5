// The seam between the soft card's data plane and its record engine: one spliced connection, one
// packet at a time, in place.
//
// Threads: one. The frame is writable and has complete or partial checksums; checksums after the
// edit are the caller's (segmentation offload finishes them on some ports, software on others).
#pragma once

#include <cstdint>
#include <memory>

#include "host/card/card.h"
#include "host/card/soft/parsed_frame.h"

namespace vitrine::card::soft {

// Receives what a splice has to tell: plaintext, key updates. (Closing is in the verdict.)
class SpliceSink {
 public:
  virtual ~SpliceSink() = default;
  virtual void tap_bytes(Direction direction, uint64_t record, uint32_t offset,
                         Bytes plaintext) = 0;
  virtual void tap_record(Direction direction, uint64_t record, bool verified, uint8_t content_type,
                          uint32_t length) = 0;
  virtual void key_update(Direction direction, uint32_t generation) = 0;
  // Strict: a frame that was held may leave now (whole, edited).
  virtual void release(Direction direction, MutableBytes frame, const ParsedFrame& parsed,
                       uint16_t segment_size) = 0;
  // Strict: a frame that was held will never leave, because the flow died; called within process().
  virtual void discard(Direction, DropReason) {}
};

struct SpliceVerdict {
  enum class Kind : uint8_t { kSend, kDrop, kHeld } kind = Kind::kSend;
  DropReason reason = DropReason::kFlowDead;  // kDrop
  // kSend: payload bytes that leave; fewer than came where the packet was cut (FIN and PSH are
  // cleared then).
  uint32_t payload_length = 0;
  bool closed =
      false;  // the connection ended with this packet; further ones are still accepted (linger)
  CloseReason close_reason = CloseReason::kFin;
  uint64_t record = 0;  // in_record, where close_reason is about a record
};

class Splicer {
 public:
  virtual ~Splicer() = default;
  // Edits `frame` in place: payload re-encrypted, sequence, acknowledgement, SACK and timestamps
  // moved. Never allocates.
  virtual SpliceVerdict process(Direction direction, MutableBytes frame, const ParsedFrame& parsed,
                                uint16_t segment_size, SpliceSink& sink) = 0;
  virtual Status update_keys(Direction direction, const RecordKey& in, const RecordKey& out) = 0;
  // Zeroizes everything; the flow is dead afterwards.
  virtual void zeroize() = 0;
  virtual FlowStats stats() const = 0;
  // Strict: frames held now. What is held when zeroize() or the destructor runs is thrown away
  // without a discard(): count it first.
  virtual size_t held_frames() const { return 0; }
};

}  // namespace vitrine::card::soft
