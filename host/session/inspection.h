// A connection that is decrypted: taken over, shaken hands on both sides, relayed, handed to the
// card.
//
//   kServerHandshake ─▶ kForging ─▶ kClientHandshake ─▶ kRelay ⇄ kHandover ─▶ kSpliced
//          └───────────────┴───────────────┴──failure──▶ kClosing ─▶ kOver
//
// run() does everything that can be done now; it is called after each packet of the connection, by
// the signer's answer, and by the clock. Ownership: the engine owns inspections; callbacks hold
// weak pointers.
#pragma once

#include <memory>
#include <optional>

#include "host/session/content.h"
#include "host/session/context.h"
#include "host/session/failure.h"
#include "host/session/flow.h"
#include "host/session/flow_events.h"
#include "host/session/handover.h"
#include "host/session/leg_pump.h"
#include "host/tls/client_hello.h"
#include "host/wire/assembler.h"

namespace vitrine::session {

class Inspection : public std::enable_shared_from_this<Inspection> {
 public:
  enum class Stage : uint8_t {
    kServerHandshake,
    kForging,
    kClientHandshake,
    kRelay,
    kHandover,
    kSpliced,
    kClosing,
    kOver,
  };

  // Takes the connection over and starts the server leg. On failure nothing was taken over; the
  // caller resets both ends. `context` must outlive the inspection.
  static Result<std::shared_ptr<Inspection>> start(Context& context, FlowFacts facts,
                                                   const wire::Opening& opening,
                                                   wire::Assembler& held, tls::ClientHello hello);
  ~Inspection();

  // A punted packet of the connection.
  void from_wire(card::Direction direction, const card::FrameMeta& meta, Bytes frame);
  // Does what can be done now.
  void run();
  // The clock moved: time-outs, probes, retries.
  void tick();
  // What the card tells of the splice's content.
  void on_tap_bytes(const card::TapBytes& tap);
  void on_tap_record(const card::TapRecord& record);
  // The card says that the splice is over.
  void on_splice_closed(const card::FlowEvent& event);
  // Gives the card the next generation. An error where it cannot be made or the card does not take
  // it: end the splice.
  Status on_key_update(const card::FlowEvent& event);
  // The splice was taken from the card; these are its last statistics.
  void end_splice(events::Cause cause, const std::string& text, const card::FlowStats& stats);
  // Ends it now: resets both ends.
  void kill(events::Cause cause, const std::string& text);

  Stage stage() const { return stage_; }
  const FlowFacts& facts() const { return facts_; }
  FlowFacts& mutable_facts() { return facts_; }  // for a new decision
  bool over() const { return stage_ == Stage::kOver; }
  // Wants tick() at all; else once a second is enough.
  bool needs_clock() const;
  // Wants tick() at millisecond pace.
  bool urgent() const { return stage_ == Stage::kHandover; }

 private:
  Inspection(Context& context, FlowFacts facts, tls::ClientHello hello);

  void start_server_leg();
  tls::PeerVerifier make_verifier() const;
  bool step();
  bool step_server_handshake();
  void forge_leaf();
  void on_leaf(Result<std::shared_ptr<const signer::ForgedLeaf>> leaf);
  void start_client_leg(std::shared_ptr<const tls::ServedLeaf> leaf);
  bool step_client_handshake();
  void established();
  bool step_relay();
  bool step_handover();
  bool step_closing();
  void begin_handover();
  void refuse_content();
  std::unique_ptr<inspect::AccessJudge> content_rules() const;
  void relay_for_good(const std::string& reason);

  void fail(const Failure& failure);
  void begin_closing();
  void end(const FlowEnd& end);
  void leave();  // lets go of connection and legs
  uint64_t now() const { return context_.services.clock.monotonic_ns(); }
  const Config& config() const { return context_.services.config; }

  Context& context_;
  FlowFacts facts_;
  tls::ClientHello hello_;
  trust::PeerName name_;
  Stage stage_ = Stage::kServerHandshake;
  bool running_ = false;
  std::unique_ptr<takeover::Connection> connection_;
  std::unique_ptr<Content> content_;  // null where nobody looks
  LegPump pump_;
  std::optional<Handover> handover_;
  uint32_t handover_attempts_ = 0;
  uint64_t next_handover_ns_ = 0;  // 0: no further attempt
  std::array<KeyChain, 2> chains_;
  uint64_t deadline_ns_ = 0;  // handshake, closing
  uint64_t last_activity_ns_ = 0;
  bool reported_ = false;  // the event that ends the flow has been written
};

}  // namespace vitrine::session
