// A packet's way through the soft card:
//
//   1. count it, parse it                          (frame_parser)
//   2. look up its flow                            (flow_store) ... or judge it by the rules
//   (rule_table)
//   3. forward, drop, punt (host_ring), or splice  (splicer), then rebuild checksums (checksum)
//   4. gather it for its way out                   (egress)
//
// Threads: all calls under the card's lock. Per packet nothing here allocates, locks or calls the
// system.
#pragma once

#include <array>
#include <cstdint>

#include "host/base/status.h"
#include "host/card/card.h"
#include "host/card/soft/checksum.h"
#include "host/card/soft/egress.h"
#include "host/card/soft/flow_store.h"
#include "host/card/soft/frame_parser.h"
#include "host/card/soft/host_ring.h"
#include "host/card/soft/record/splice.h"
#include "host/card/soft/rule_table.h"

namespace vitrine::card::soft {

struct PipelineLimits {
  uint32_t max_flows = 0;
  uint64_t linger_ns = 0;
  SplicePoolLimits splice_pools;
};

class Pipeline : private SpliceSink {
 public:
  // Of a failed flow, punts a second and direction; the rest is dropped. An end believes a reset
  // only at the very byte that it expects next (RFC 5961 section 3.2), which the last of its
  // acknowledgements names: so those that name another byte than the one before are worth more.
  static constexpr uint32_t kDeadPuntsPerSecond = 4;
  static constexpr uint32_t kDeadPuntsOfNewAcknowledgements = 256;
  // A failed flow's entry outlives a closed one's by this factor, so that stragglers find it.
  static constexpr uint64_t kFailedLingerFactor = 5;

  // Ports and ring must outlive this.
  Pipeline(WirePort& inside, WirePort& outside, HostRing& ring, const PipelineLimits& limits,
           SipKey seed, uint64_t now_ns);

  // The time of all that follows; also ages flows.
  void set_time(uint64_t now_ns);
  void receive(WireFrame& frame, Port ingress);
  void inject(InjectAs how, const FrameMeta& meta, MutableBytes frame);
  // Sends what was gathered. REQUIRES: called before the frames' memory goes.
  void flush();
  // Counts a frame that came while the card was not running.
  void refuse(Port ingress);
  // From now on nothing passes, until false: the host is lost and the card fails closed.
  void shut(bool shut) { shut_ = shut; }

  Result<FlowId> install(const FlowSpec& spec);
  Result<FlowStats> remove(FlowId id);
  Status update_keys(FlowId id, Direction direction, const RecordKey& in, const RecordKey& out);
  void swap_rules(RuleTable&& rules) { rules_ = std::move(rules); }
  void zeroize();

  Result<FlowStats> flow_stats(FlowId id);
  std::vector<FlowId> flows() const { return flows_.ids(); }
  bool has_flows() const { return flows_.size() != 0; }
  Counters counters() const;

 private:
  struct Packet {
    WireFrame& frame;
    Port ingress;
    FrameKind kind = FrameKind::kMalformed;
    ParsedFrame parsed;
  };

  void process(WireFrame& frame, Port ingress);
  void by_rules(Packet& packet);
  void by_flow(Packet& packet, Flow& flow);
  void splice(Packet& packet, Flow& flow);
  void send_spliced(Packet& packet, const SpliceVerdict& verdict);
  void dead(Packet& packet, Flow& flow);
  bool dead_punt_allowed(const Packet& packet, Flow& flow) const;
  void forward(const Packet& packet);
  void drop(DropReason reason) { ++counters_.dropped[static_cast<size_t>(reason)]; }
  void punt(Packet& packet, PuntReason reason, FlowId flow);

  void close(Flow& flow, CloseReason reason, Direction direction, uint64_t record);
  void drop_held(Flow& flow);
  void tell_closed(Flow& flow);
  void timer(Flow& flow);
  void erase(Flow& flow);
  uint64_t linger_ns(const Flow& flow) const;
  Egress& egress(Port port) { return egress_[static_cast<size_t>(port)]; }

  void tap_bytes(Direction direction, uint64_t record, uint32_t offset, Bytes plaintext) override;
  void tap_record(Direction direction, uint64_t record, bool verified, uint8_t content_type,
                  uint32_t length) override;
  void key_update(Direction direction, uint32_t generation) override;
  void release(Direction direction, MutableBytes frame, const ParsedFrame& parsed,
               uint16_t segment_size) override;
  void discard(Direction direction, DropReason reason) override;

  const uint64_t linger_ns_;
  HostRing& ring_;
  Counters counters_;
  std::array<Egress, 2> egress_;
  SplicePools pools_;  // before the flows, whose splicers use it
  FlowStore flows_;
  RuleTable rules_;
  uint64_t now_ns_;
  bool shut_ = false;
  Flow* splicing_ = nullptr;  // whose splicer is talking to the SpliceSink
};

}  // namespace vitrine::card::soft
