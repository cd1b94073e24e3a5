// The card: what the host asks of a data plane, whatever it is made of (soft, sim, xrt).
//
// Threads: one host thread calls poll(), inject() and the commands; counters() and flow_stats() may
// be called from any thread. Frames are Ethernet II, whole, without FCS, with complete checksums; a
// frame longer than the MTU (coalesced by a segmentation offload) carries its segment size.
// Commands return when the card has acted on them: a packet that the card takes up after install()
// has returned sees the new entry, both directions of it. None blocks longer than
// kCommandTimeoutMs.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "host/base/bytes.h"
#include "host/base/status.h"
#include "host/card/reasons.h"
#include "host/card/types.h"

namespace vitrine::card {

constexpr int kCommandTimeoutMs = 1000;

struct FrameMeta {
  Port port = Port::kInside;  // punt: where it came in; inject: see InjectAs
  // TCP payload bytes a segment, for a frame that stands for several; 0: an ordinary frame.
  uint16_t segment_size = 0;
};

struct Punt {
  FrameMeta meta;
  PuntReason reason = PuntReason::kRule;
  FlowId flow = 0;  // 0 where no entry matched
  Bytes frame;      // valid during the call
};

// Plaintext of a spliced record, in the order in which packets brought it.
// `offset` counts from the record's first plaintext byte. Trust nothing before on_tap_record says
// verified.
struct TapBytes {
  FlowId flow = 0;
  Direction direction = Direction::kFromInside;
  uint64_t record = 0;  // in_record, counted over all key generations
  uint32_t offset = 0;
  Bytes plaintext;  // valid during the call; TLS 1.3 content type and padding included at the end
};

struct TapRecord {
  FlowId flow = 0;
  Direction direction = Direction::kFromInside;
  uint64_t record = 0;
  bool verified = false;
  uint8_t content_type = 0;  // the inner one for TLS 1.3
  uint32_t length = 0;       // of plaintext without content type and padding
};

// What poll() hands out; implemented by the host.
class CardSink {
 public:
  virtual ~CardSink() = default;
  virtual void on_punt(const Punt& punt) = 0;
  virtual void on_event(const FlowEvent& event) = 0;
  virtual void on_tap_bytes(const TapBytes&) {}
  virtual void on_tap_record(const TapRecord&) {}
};

enum class InjectAs : uint8_t {
  kEgress,    // send it out of meta.port as it is
  kReceived,  // treat it as if it had come in by meta.port: lookup, rules, splice
};

struct CardInfo {
  std::string kind;  // "soft", "sim", "xrt"
  std::string version;
  std::string detail;  // a line for people: interfaces, crypto path, board
  uint32_t max_flows = 0;
};

class Card {
 public:
  virtual ~Card() = default;

  virtual CardInfo info() const = 0;
  // Starts moving packets. Until then, and after stop(), nothing passes.
  virtual Status start() = 0;
  virtual void stop() = 0;

  // The host is alive. Where the card was configured with a time limit and hears nothing for that
  // long, it clears every key and passes nothing (fail closed) or no spliced flow (fail open) until
  // it hears again. Any thread.
  virtual void heartbeat() {}

  // Becomes readable (poll/epoll) when poll() has something to hand out. Level triggered, owned by
  // the card.
  virtual int ready_fd() const = 0;
  // Hands out at most `budget` items; returns how many. Never blocks. The sink may inject and
  // command.
  virtual size_t poll(CardSink& sink, size_t budget) = 0;

  // Queues a frame (copied); kExhausted where the ring is full. Frames go in order of injection.
  virtual Status inject(InjectAs how, const FrameMeta& meta, Bytes frame) = 0;
  // Lets the card know of injected frames. Frames may also go before.
  virtual void flush() = 0;

  // Both directions become visible at once. kAlreadyExists where either key has an entry,
  // kExhausted where the table is full, kInvalidArgument where a splice is inconsistent.
  virtual Result<FlowId> install(const FlowSpec& spec) = 0;
  // Removes both directions and zeroizes keys. No closed event follows. The last stats are
  // returned.
  virtual Result<FlowStats> remove(FlowId flow) = 0;
  // Installs the generation after the one in use. kNotFound, kUnavailable: the flow has ended or
  // failed, and its closed event is on its way.
  virtual Status update_keys(FlowId flow, Direction direction, const RecordKey& in,
                             const RecordKey& out) = 0;
  // Swaps the whole generation: a packet is judged by the old one or the new one.
  virtual Status load_rules(const RuleGeneration& rules) = 0;
  // Clears every key; splices die with CloseReason::kZeroized.
  virtual Status zeroize() = 0;

  virtual Result<FlowStats> flow_stats(FlowId flow) const = 0;
  virtual std::vector<FlowId> flows() const = 0;
  virtual Counters counters() const = 0;
};

}  // namespace vitrine::card
