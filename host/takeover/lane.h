// One direction of a taken-over connection, from the wire to the stack: which packets pass, which
// wait, and what the real end last said.
//
// The *line* is the sequence number up to which bytes are the host's; while holding, what lies
// beyond it waits (FINs too), and the socket gets an acknowledgement-only copy. Pure logic: the
// caller writes what take() and advance() hand out to the stack. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "host/base/bytes.h"
#include "host/wire/hold.h"
#include "host/wire/tcp_packet.h"

namespace vitrine::takeover {

struct LaneCounters {
  uint64_t packets = 0;
  uint64_t payload_bytes = 0;  // new ones, up to the line
  uint64_t held_frames = 0;
  uint64_t refused_frames = 0;  // hold full, or an acknowledgement of what was never sent
};

class Lane {
 public:
  using ToStack = std::function<void(Bytes ip_packet)>;

  // `next_sequence`: the first byte that is not yet delivered. `window`: how far beyond the line
  // data is credible. `scale`: of the windows that this real end sends.
  Lane(uint32_t next_sequence, uint32_t window, uint8_t scale, size_t max_held_bytes);

  // A packet of the real end. REQUIRES: right checksums. One that acknowledges what was never sent
  // to that end is refused whole (RFC 9293 section 3.10.7.4): no real end sends it, and resets,
  // probes and the handover go by what was acknowledged.
  void take(const wire::TcpPacket& packet, uint16_t segment_size, const ToStack& to_stack);

  // The real end was sent everything up to `end`, a sequence number of the other direction.
  void sent(uint32_t end) { sent_ = wire::seq_max(sent_, end); }
  // The socket's window has grown: data further beyond the line is credible.
  void widen(uint32_t window) { window_limit_ = window; }
  void hold() { holding_ = true; }
  // Moves the line by `bytes`; what is held or comes up to there passes.
  void advance(uint32_t bytes, const ToStack& to_stack);
  // Lets all held packets pass and holds no more.
  void release(const ToStack& to_stack);

  bool holding() const { return holding_; }
  uint32_t line() const { return line_; }
  bool fin_delivered() const { return fin_delivered_; }
  bool reset_seen() const { return reset_seen_; }
  const wire::HoldQueue& held() const { return held_; }
  wire::HoldQueue take_held();

  // What the real end last said.
  bool heard() const { return heard_; }
  uint32_t acknowledged() const { return acknowledged_; }
  uint16_t header_window() const { return header_window_; }
  uint32_t window() const { return static_cast<uint32_t>(header_window_) << scale_; }
  uint32_t timestamp() const { return timestamp_; }
  // The oldest TSval that is still to be delivered: of a held packet, else the latest seen.
  uint32_t pending_timestamp() const { return held_timestamp_.value_or(timestamp_); }
  const LaneCounters& counters() const { return counters_; }

  // Seeds what the opening has seen; nothing beyond `acknowledged` was sent to the end yet.
  void seed(uint32_t acknowledged, uint32_t window_bytes, uint32_t timestamp);

 private:
  void note(const wire::TcpPacket& packet);
  void pass(const wire::TcpPacket& packet, const ToStack& to_stack);
  void keep(const wire::TcpPacket& packet, uint16_t segment_size, const ToStack& to_stack);

  uint32_t line_;
  uint32_t window_limit_;
  uint8_t scale_;
  bool holding_ = false;
  bool fin_delivered_ = false;
  bool reset_seen_ = false;
  bool heard_ = false;
  uint32_t acknowledged_ = 0;
  uint32_t sent_ = 0;  // one past the highest byte that was sent to the end
  uint16_t header_window_ = 0;
  uint32_t timestamp_ = 0;
  std::optional<uint32_t> held_timestamp_;
  wire::HoldQueue held_;
  LaneCounters counters_;
};

}  // namespace vitrine::takeover
