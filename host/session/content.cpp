#include "host/session/content.h"

#include <utility>

#include "host/inspect/http_events.h"
#include "host/session/flow_events.h"

namespace vitrine::session {
namespace {

constexpr uint8_t kAlertRecord = 21;  // RFC 8446 section 5.1
constexpr uint8_t kApplicationRecord = 23;

}  // namespace

Content::Content(Context& context, const FlowFacts& facts,
                 std::unique_ptr<inspect::AccessJudge> judge)
    : context_(context),
      facts_(facts),
      judge_(judge != nullptr ? std::make_optional<CurrentJudge>(std::move(judge)) : std::nullopt),
      inspector_(facts.alpn, *this, judge_.has_value() ? &*judge_ : nullptr) {
  if (context.services.mirror != nullptr) {
    mirror_.emplace(*context.services.mirror, facts.client(), facts.server(), facts.server_name);
  }
}

Content::~Content() { finish(); }

bool Content::renew(std::unique_ptr<inspect::AccessJudge> judge) {
  if (!judge_.has_value()) {
    return judge == nullptr;
  }
  judge_->renew(std::move(judge));
  return true;
}

// Denied bytes are mirrored as well: who reads it wants to see them.
void Content::deliver(inspect::Side from, Bytes plaintext) {
  if (mirror_.has_value()) {
    mirror_->data(from, plaintext);
  }
  inspector_.feed(from, plaintext);
}

void Content::on_plaintext(size_t from, Bytes plaintext) {
  deliver(static_cast<inspect::Side>(from), plaintext);
  note_state();
}

uint64_t Content::cleared(size_t from) const {
  return inspector_.cleared(static_cast<inspect::Side>(from));
}

void Content::on_end(size_t from) {
  inspector_.end(static_cast<inspect::Side>(from));
  note_state();
}

inspect::Side Content::side_of(card::Direction direction) const {
  return direction == facts_.client_direction() ? inspect::Side::kClient : inspect::Side::kServer;
}

void Content::begin_tap(const std::array<uint64_t, 2>& first_records) {
  for (size_t d = 0; d < 2; ++d) {
    taps_[d].emplace(first_records[d], context_.tap_budget);
  }
}

void Content::on_tap_bytes(const card::TapBytes& tap) {
  if (auto& stream = taps_[card::index(tap.direction)]; stream.has_value()) {
    stream->on_bytes(tap);
    note_loss(*stream);
  }
}

void Content::on_tap_record(const card::TapRecord& record) {
  auto& stream = taps_[card::index(record.direction)];
  if (!stream.has_value()) {
    return;
  }
  const inspect::Side side = side_of(record.direction);
  stream->on_record(record, [this, side](uint8_t content_type, Bytes plaintext) {
    if (content_type == kApplicationRecord) {
      deliver(side, plaintext);
    } else if (content_type == kAlertRecord) {
      inspector_.end(side);  // only close_notify passes a splice and goes on
    }
  });
  note_loss(*stream);
  note_state();
}

// One direction's hole ends both: neither HTTP nor a mirror makes sense of half a conversation.
void Content::note_loss(const inspect::TapStream& stream) {
  if (!stream.lost()) {
    return;
  }
  context_.totals.add(Count::kTapsLost);
  inspector_.lose(stream.why());
  if (mirror_.has_value()) {
    mirror_->end(false);
  }
  taps_[0].reset();  // `stream` with it
  taps_[1].reset();
  note_state();
}

bool Content::blocked() const {
  using State = inspect::Inspector::State;
  return inspector_.judges() &&
         (inspector_.state() == State::kBlocked || inspector_.state() == State::kStopped);
}

std::string Content::refuse() {
  events::Event event = base_event(facts_, events::EventType::kFlowDeny);
  event.tls.decrypted_flow = true;
  event.inspection.cause = events::Cause::kPolicyDenied;
  event.inspection.handling = "relayed";
  event.inspection.alpn = facts_.alpn;
  if (inspector_.state() == inspect::Inspector::State::kBlocked) {
    if (!inspector_.blocked().protocol.empty()) {
      inspect::add_transaction(event, inspector_.blocked());
      event.inspection.close_reason = "denied by an access rule";
    }
    event.policy.access_rule = inspector_.rule();
  } else {
    event.transaction.component_name = "HTTP Inspector";
    event.inspection.close_reason =
        "access rules ask for content that cannot be followed: " + inspector_.why();
  }
  context_.totals.add(Count::kHttpDenied);
  context_.services.hub.publish(std::move(event));
  return inspector_.refusal();
}

// The end of following is told once.
void Content::note_state() {
  using State = inspect::Inspector::State;
  const State state = inspector_.state();
  if (noted_ || state == State::kUndecided || state == State::kHttp) {
    return;
  }
  noted_ = true;
  if (state == State::kOther) {
    context_.totals.add(Count::kNotHttp);
  } else if (state == State::kStopped) {
    context_.totals.add(Count::kInspectionsStopped);
    events::Event event = base_event(facts_, events::EventType::kInspectionStopped);
    event.tls.decrypted_flow = true;
    event.transaction.component_name = "HTTP Inspector";
    event.inspection.close_reason = inspector_.why();
    context_.services.hub.publish(std::move(event));
  }
}

void Content::finish() {
  if (std::exchange(finished_, true)) {
    return;
  }
  for (auto& stream : taps_) {
    if (stream.has_value()) {
      stream->on_end();
      note_loss(*stream);
    }
  }
  if (mirror_.has_value()) {
    mirror_->end(true);
  }
  inspector_.finish();
  note_state();
}

void Content::on_transaction(const inspect::Transaction& transaction) {
  context_.totals.add(Count::kHttpTransactions);
  events::Event event = base_event(facts_, events::EventType::kHttpComplete);
  event.tls.decrypted_flow = true;
  event.tls.tls_version = facts_.server_version;
  event.tls.server_cipher_suite = facts_.server_suite;
  event.tls.server_certificate_name = facts_.server_subject;
  event.tls.server_certificate_issuer = facts_.server_issuer;
  event.inspection.alpn = facts_.alpn;
  event.inspection.handling = facts_.state == api::FlowState::kSpliced ? "spliced" : "relayed";
  inspect::add_transaction(event, transaction);
  context_.services.hub.publish(std::move(event));
}

}  // namespace vitrine::session
