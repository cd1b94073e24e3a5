// The session room's door: takes the card's punts and events, keeps the map of flows, drives their
// stages.
//
// Threads: everything on the thread that runs `services.io`, which made the Stack; snapshot() too.
// Bounded: Config. Ownership: owns the flows; the services outlive it.
#pragma once

#include <array>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "host/card/flow_hash.h"
#include "host/session/bypass_stage.h"
#include "host/session/context.h"
#include "host/session/deny_limit.h"
#include "host/session/exclusions.h"
#include "host/session/inspection.h"
#include "host/session/opening_stage.h"
#include "host/session/resets.h"

namespace vitrine::session {

struct Snapshot {
  std::array<uint64_t, api::kFlowStates> flows{};
  std::vector<api::FlowRow> rows;  // oldest first
  std::vector<api::NamedCount> counts;
  std::vector<api::NamedCount> relay_reasons;
  uint32_t configuration_version = 0;
  uint64_t handshakes_completed = 0;
  uint64_t handshakes_failed = 0;
  uint64_t handovers = 0;
  uint64_t handovers_retried = 0;
  uint64_t handovers_failed = 0;
};

class Engine : public card::CardSink, public takeover::FrameSink {
 public:
  explicit Engine(Services services);
  ~Engine() override;

  // Begins to wait for the card and the stack. The card must have been started.
  void start();
  // Takes no new connections; calls `done` when no handshake is under way or the time is up, after
  // ending every flow that is decrypted.
  void drain(uint32_t timeout_ms, std::function<void()> done);

  Snapshot snapshot(size_t max_rows) const;

  // Puts a policy and its card rules (card_rules()) in force, whole, and looks at every connection
  // again. Where the card does not take the rules nothing has changed. On the session thread.
  Status adopt(PolicyPtr next, const card::RuleGeneration& rules);
  const PolicyPtr& policy() const { return context_.services.policy; }

  std::vector<api::ExclusionRow> exclusions() const;
  size_t clear_exclusions() { return exclusions_.clear(now()); }

  // card::CardSink
  void on_punt(const card::Punt& punt) override;
  void on_event(const card::FlowEvent& event) override;
  void on_tap_bytes(const card::TapBytes& tap) override;
  void on_tap_record(const card::TapRecord& record) override;
  // takeover::FrameSink
  Status inject(card::InjectAs how, const card::FrameMeta& meta, Bytes frame) override;

 private:
  struct Flow;
  using FlowPtr = std::shared_ptr<Flow>;

  void wait_for_card();
  void wait_for_stack();
  void serve();
  void schedule_tick();
  void watch(const FlowPtr& flow, bool urgent);
  void on_tick();
  void sweep();

  void on_unknown(const card::Punt& punt, const wire::TcpPacket& packet);
  void on_opening_packet(const FlowPtr& flow, const card::Punt& punt,
                         const wire::TcpPacket& packet);
  void on_bypass_packet(const FlowPtr& flow, const card::Punt& punt, const wire::TcpPacket& packet);
  void begin(const card::Punt& punt, const wire::TcpPacket& syn);
  void decide(const FlowPtr& flow);
  policy::Decided judge_by_known_certificate(FlowFacts& facts);
  void judge_opening(const FlowPtr& flow);
  void not_tls(const FlowPtr& flow);
  void bypass(const FlowPtr& flow, BypassReason reason, const std::string& why);
  void inspect(const FlowPtr& flow, tls::ClientHello hello);
  void let_through(const FlowPtr& flow, BypassReason reason);
  void install_forward(const FlowPtr& flow);
  void refuse(const FlowPtr& flow);
  void bad_hello(const FlowPtr& flow);
  void run_keeper(const FlowPtr& flow);
  void send(const std::vector<ResetFrame>& frames);
  void after_inspection(const FlowPtr& flow);

  // The policy, in engine_policy.cpp.
  void deny(const FlowFacts& facts, events::Cause cause = events::Cause::kPolicyDenied);
  void on_other_protocol(const card::Punt& punt);
  void on_unclassified(const card::Punt& punt);
  bool may_pass(const card::FlowKey& key);
  bool may_leave_alone(policy::Undecryptable cause) const;
  void decrypt(const FlowPtr& flow);
  void note_failure(const FlowFacts& flow, const Failure& failure);
  void follow_schedule();
  void reevaluate();
  void close_by_policy(const FlowPtr& flow);
  void reset_bypass(const FlowPtr& flow);

  FlowPtr find(const card::FlowKey& key) const;
  void add(const FlowPtr& flow);
  void remove(const FlowPtr& flow);
  void leave_host(Flow& flow);
  void leave_opening(Flow& flow);
  void end_splice(const FlowPtr& flow, events::Cause cause, const std::string& text);

  // Room where a table or budget is full, in engine_room.cpp.
  void note_holding(const FlowPtr& flow);
  bool make_room_for_hello(const FlowPtr& newcomer);
  void no_room_for_hello(const FlowPtr& flow);
  bool forget_oldest_bypass();
  bool make_room_on_card();
  void end_all(events::Cause cause, const std::string& text);
  uint64_t now() const { return context_.services.clock.monotonic_ns(); }
  int64_t wall_ms() const { return context_.services.clock.wall_ms(); }

  Context context_;
  boost::asio::posix::stream_descriptor card_ready_;
  boost::asio::posix::stream_descriptor stack_ready_;
  boost::asio::steady_timer tick_timer_;
  // Both directions of each flow.
  std::unordered_map<card::FlowKey, FlowPtr, card::FlowKeyHash> by_key_;
  std::map<uint64_t, FlowPtr> by_id_;  // connection ids only rise
  std::unordered_map<card::FlowId, FlowPtr> by_card_flow_;
  std::list<FlowPtr> openings_;          // oldest first
  std::list<FlowPtr> holding_;           // of these, with held bytes: longest first
  std::list<FlowPtr> card_bypasses_;     // the card forwards them: oldest first
  std::list<FlowPtr> host_bypasses_;     // the host does: longest silent first
  std::list<std::weak_ptr<Flow>> busy_;  // inspections that need the clock
  DenyLimit denials_;
  ExclusionTable exclusions_;
  int64_t next_change_ms_ = -1;  // of the policy's times of day; -1: never
  size_t inspections_ = 0;
  uint64_t next_id_;
  uint64_t next_sweep_ns_ = 0;
  bool urgent_tick_ = false;
  bool draining_ = false;
  uint64_t drain_deadline_ns_ = 0;
  uint64_t farewell_ns_ = 0;  // all flows were ended; until then stragglers are reset
  std::function<void()> drained_;
};

}  // namespace vitrine::session
