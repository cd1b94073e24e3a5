// The client's first data, held: frames in the order of arrival, and the bytes that are contiguous
// from the first one.
//
// Overlapping and out-of-order segments are welcome; the first copy of a byte wins, as in most
// kernels. Bounded: kMaxHelloBytes of stream and twice that of frames, and all assemblers together
// by their budget. A hello larger than the client's initial window needs acknowledging before it is
// whole: see wants_ack(). What was acknowledged early must reach the server even if the flow is
// bypassed: see hello_keeper.h. Pure, not thread-safe.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "host/base/bytes.h"
#include "host/base/status.h"
#include "host/wire/hold.h"
#include "host/wire/hold_budget.h"
#include "host/wire/opening.h"
#include "host/wire/tcp_packet.h"

namespace vitrine::wire {

// A 64 KiB hello, its record headers, and a window's slack.
constexpr size_t kMaxHelloBytes = (64U << 10) + (8U << 10);

class Assembler {
 public:
  // `first_sequence` is the client's initial sequence number plus one. `budget` outlives it.
  Assembler(uint32_t first_sequence, HoldBudget& budget);

  // Copies the frame in. The frame was not kept (TCP sends it again) where the answer is
  // kExhausted: beyond the assembler's own bound, or kUnavailable: the budget has nothing left.
  Status add(const TcpPacket& packet, uint16_t segment_size);

  // Contiguous bytes from first_sequence(); valid until the next add().
  Bytes contiguous() const { return {bytes_.data(), contiguous_}; }
  uint32_t first_sequence() const { return first_sequence_; }
  uint32_t next_sequence() const { return first_sequence_ + static_cast<uint32_t>(contiguous_); }
  // A FIN whose sequence number is next_sequence(): nothing more will come.
  bool finished() const { return has_fin_ && fin_sequence_ == next_sequence(); }

  // The held frames, in order of arrival. take_frames() empties.
  const HoldQueue& frames() const { return frames_; }
  HoldQueue take_frames() { return std::exchange(frames_, HoldQueue(kMaxHeldBytes)); }
  // The part of the budget that contiguous() takes, for who copies it. Nothing can be added then.
  HoldShare take_share();

  // True when the client may be waiting for an acknowledgement before it sends more: three segments
  // are here (an initial window may be that small, RFC 3390), or a short one (RFC 896 holds the
  // next back), or one came again. Ask only while the hello is incomplete.
  bool wants_ack() const;
  // The frame, from the server to the client, that acknowledges contiguous(); marks it early.
  std::vector<uint8_t> acknowledge(const Opening& opening);
  // One past the highest byte acknowledged early; first_sequence() where none was.
  uint32_t acknowledged_early() const { return acknowledged_; }
  bool acked_early() const { return acknowledged_ != first_sequence_; }

 private:
  static constexpr size_t kMaxHeldBytes = 2 * kMaxHelloBytes;
  // What a held frame and an island take beside their bytes, with the allocator's share.
  static constexpr size_t kBookkeepingBytes = 128;

  void count_segment(size_t size, uint16_t segment_size, bool repeated);
  void merge(size_t begin, size_t end);

  uint32_t first_sequence_;
  uint32_t acknowledged_;
  size_t contiguous_ = 0;
  uint32_t segments_ = 0;    // since the last acknowledgement
  bool is_waiting_ = false;  // a short segment or a repeated one came since then
  bool has_fin_ = false;
  uint32_t fin_sequence_ = 0;
  std::vector<uint8_t> bytes_;                      // by offset from first_sequence_
  std::vector<std::pair<size_t, size_t>> islands_;  // [begin, end) past contiguous_, sorted
  HoldQueue frames_{kMaxHeldBytes};
  HoldShare share_;
};

}  // namespace vitrine::wire
