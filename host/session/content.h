// The content of one decrypted connection: plaintext from the relay's legs or the card's tap, in
// order, to whoever looks at it.
//
// Until the handover the pump asks what may pass (PlaintextGate); afterwards the card tells what
// has passed. The same inspector goes on across the handover, at a record boundary. Where access
// rules need the content (judge), the flow must not be handed over: only the host can hold bytes.
// Threads: the session thread. Ownership: the inspection's; `facts` and `context` outlive it.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "host/card/card.h"
#include "host/inspect/inspector.h"
#include "host/inspect/tap_stream.h"
#include "host/session/context.h"
#include "host/session/flow.h"
#include "host/session/leg_pump.h"

namespace vitrine::session {

// Asks the judge of the policy in force; where that needs no content, everything is allowed.
class CurrentJudge : public inspect::AccessJudge {
 public:
  explicit CurrentJudge(std::unique_ptr<inspect::AccessJudge> judge) : judge_(std::move(judge)) {}
  void renew(std::unique_ptr<inspect::AccessJudge> judge) { judge_ = std::move(judge); }

  inspect::Judgement on_request(const inspect::Transaction& transaction) override {
    return judge_ != nullptr ? judge_->on_request(transaction) : inspect::Judgement{};
  }
  inspect::Judgement on_response(const inspect::Transaction& transaction) override {
    return judge_ != nullptr ? judge_->on_response(transaction) : inspect::Judgement{};
  }
  inspect::Judgement without_http() override {
    return judge_ != nullptr ? judge_->without_http() : inspect::Judgement{};
  }

 private:
  std::unique_ptr<inspect::AccessJudge> judge_;
};

class Content : public PlaintextGate, private inspect::TransactionSink {
 public:
  // `judge` may be null: nothing is held then.
  Content(Context& context, const FlowFacts& facts, std::unique_ptr<inspect::AccessJudge> judge);
  ~Content() override;

  // Another policy's judge from now on. False where content that it needs has not been held.
  bool renew(std::unique_ptr<inspect::AccessJudge> judge);

  // PlaintextGate: `from` 0 is the client.
  void on_plaintext(size_t from, Bytes plaintext) override;
  uint64_t cleared(size_t from) const override;

  // The connection is on the card from now on. The numbers of the first records, by
  // card::Direction.
  void begin_tap(const std::array<uint64_t, 2>& first_records);
  void on_tap_bytes(const card::TapBytes& tap);
  void on_tap_record(const card::TapRecord& record);

  // One side sends no more (close_notify, FIN).
  void on_end(size_t from) override;
  // The connection is over: tells what is open. Idempotent.
  void finish();

  // Access rules need it: it stays on the host.
  bool judges() const { return inspector_.judges(); }
  // A rule denies it, or the rules cannot be applied: nothing more may pass.
  bool blocked() const;
  // REQUIRES: blocked(). What the client is told in the server's place ("": nothing can be), once;
  // publishes the Flow Deny event.
  std::string refuse();

 private:
  void on_transaction(const inspect::Transaction& transaction) override;
  void deliver(inspect::Side from, Bytes plaintext);
  inspect::Side side_of(card::Direction direction) const;
  void note_state();
  void note_loss(const inspect::TapStream& stream);

  Context& context_;
  const FlowFacts& facts_;
  std::optional<CurrentJudge> judge_;  // none: nothing is held
  inspect::Inspector inspector_;
  std::optional<inspect::MirrorFlow> mirror_;
  std::array<std::optional<inspect::TapStream>, 2> taps_;  // by card::Direction
  bool noted_ = false;                                     // the end of following was told
  bool finished_ = false;
};

}  // namespace vitrine::session
